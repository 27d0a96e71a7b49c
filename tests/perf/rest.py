"""Rows about a cluster in which nothing happens: memory, CPU, requests and writes."""

from __future__ import annotations

import asyncio

from tests.perf.accounting import WRITES, Accounts
from tests.perf.figures import Figures


async def at_rest(accounts: Accounts, figures: Figures, *, seconds: float) -> None:
    """``seconds`` of nothing."""
    label = accounts.side.label
    before = await accounts.take()
    await asyncio.sleep(seconds)
    after = await accounts.take()
    for container, spent in sorted(after.cpu_since(before).items()):
        figures.add(f"at rest: memory of {container}, MiB", label, after.usage[container].memory / 2**20)
        figures.add(f"at rest: CPU of {container}, millicores", label, 1000 * spent / seconds)
    figures.add("at rest: memory of the pod, MiB", label, after.memory / 2**20)
    figures.add("at rest: CPU of the pod, millicores", label, 1000 * sum(after.cpu_since(before).values()) / seconds)
    verbs = accounts.host_verbs(before)
    figures.add("at rest: host requests/s by the control plane", label, len(verbs) / seconds)
    figures.add("at rest: host writes/s", label, sum(verb in WRITES for verb in verbs) / seconds)
    figures.add("at rest: virtual requests/s", label, (after.virtual_requests - before.virtual_requests) / seconds)
    figures.add("at rest: virtual writes/s", label, (after.virtual_writes - before.virtual_writes) / seconds)
