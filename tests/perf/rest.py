"""Rows about a cluster in which nothing happens: memory, CPU, requests and writes."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

from tests.perf.figures import Figures
from tests.perf.side import Side

WRITES = {"create", "update", "patch", "delete"}


async def at_rest(
    side: Side, figures: Figures, *, pod: str, user: str, audit_log: Path, node: str, seconds: float
) -> None:
    """Two minutes of nothing, from the kubelet's accounting, the audit log and the API server's counters."""
    before, offset, requests = await _usage(side, node, pod), audit_log.stat().st_size, await _requests(side)
    await asyncio.sleep(seconds)
    after = await _usage(side, node, pod)
    later = await _requests(side)
    for container, (cpu, memory) in sorted(after.items()):
        figures.add(f"at rest: memory of {container}, MiB", side.label, memory / 2**20)
        spent = cpu - before[container][0]
        figures.add(f"at rest: CPU of {container}, millicores", side.label, 1000 * spent / seconds)
    figures.add("at rest: memory of the pod, MiB", side.label, sum(memory for _, memory in after.values()) / 2**20)
    spent = sum(cpu - before[name][0] for name, (cpu, _) in after.items())
    figures.add("at rest: CPU of the pod, millicores", side.label, 1000 * spent / seconds)
    verbs = _audited(audit_log, offset, user)
    figures.add("at rest: host requests/s by the control plane", side.label, len(verbs) / seconds)
    figures.add("at rest: host writes/s", side.label, sum(verb in WRITES for verb in verbs) / seconds)
    figures.add("at rest: virtual requests/s", side.label, (later[0] - requests[0]) / seconds)
    figures.add("at rest: virtual writes/s", side.label, (later[1] - requests[1]) / seconds)


async def _usage(side: Side, node: str, pod: str) -> dict[str, tuple[float, float]]:
    """CPU seconds so far and resident bytes by container, from the kubelet's summary."""
    summary = json.loads(await side.host.raw_get(f"/api/v1/nodes/{node}/proxy/stats/summary"))
    found = next(
        item
        for item in summary["pods"]
        if item["podRef"] == item["podRef"] | {"name": pod, "namespace": side.host_namespace}
    )
    return {
        container["name"]: (container["cpu"]["usageCoreNanoSeconds"] / 1e9, container["memory"]["rssBytes"])
        for container in found["containers"]
    }


async def _requests(side: Side) -> tuple[float, float]:
    """All requests and all writes that the virtual API server has answered."""
    total = writes = 0.0
    for line in (await side.client.raw_get("/metrics")).decode().splitlines():
        found = re.match(r"apiserver_request_total\{(.*)\} (\S+)", line)
        if found:
            verb = re.search(r'verb="(\w+)"', found[1])
            total += float(found[2])
            if verb and verb[1].lower() in WRITES | {"post", "put", "apply"}:
                writes += float(found[2])
    return total, writes


def _audited(audit_log: Path, offset: int, user: str) -> list[str]:
    with audit_log.open("rb") as file:
        file.seek(offset)
        events = [json.loads(line) for line in file if line.endswith(b"\n")]
    return [
        event["verb"]
        for event in events
        if event["user"]["username"] == user and event["stage"] == "ResponseComplete" and event["verb"] != "watch"
    ]
