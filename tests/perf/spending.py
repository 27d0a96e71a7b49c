"""Rows about what the control plane spends while pods come: CPU and memory by container, requests by pod."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.perf.accounting import Accounts
    from tests.perf.figures import Figures


@asynccontextmanager
async def spending(accounts: Accounts, figures: Figures, title: str, *, pods: int) -> AsyncIterator[None]:
    """Accounts for the block in which ``pods`` pods are created."""
    label = accounts.side.label
    before = await accounts.take()
    yield
    after = await accounts.take()
    for container, spent in sorted(after.cpu_since(before).items()):
        figures.add(f"{title}: CPU of {container}, ms per pod", label, 1000 * spent / pods)
        figures.add(f"{title}: memory of {container} after it, MiB", label, after.usage[container].memory / 2**20)
    figures.add(f"{title}: memory of the pod after it, MiB", label, after.memory / 2**20)
    figures.add(f"{title}: host requests by the control plane per pod", label, len(accounts.host_verbs(before)) / pods)
    requests = after.virtual_requests - before.virtual_requests
    figures.add(f"{title}: virtual API requests per pod", label, requests / pods)
