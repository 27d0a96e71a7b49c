"""What the control plane has spent and asked for so far: cgroups, the API server's counters, the audit log."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.perf.cgroups import Usage, container_usage
from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.api import Key

if TYPE_CHECKING:
    from tests.perf.side import Side

WRITES = {"create", "update", "patch", "delete"}
_WRITE_VERBS = WRITES | {"post", "put", "apply"}


@dataclass(frozen=True)
class Accounts:
    """Where one control plane's spending is written down."""

    side: Side
    pod: str
    user: str
    """Whom the host's audit log names when the syncer asks."""
    audit_log: Path

    async def take(self) -> Snapshot:
        """Everything up to now."""
        total, writes = await self._virtual_requests()
        return Snapshot(await self._usage(), total, writes, self.audit_log.stat().st_size)

    def host_verbs(self, since: Snapshot) -> list[str]:
        """Verbs of the control plane's requests to the host since then, watches left out."""
        with self.audit_log.open("rb") as file:
            file.seek(since.audit_offset)
            events = [json.loads(line) for line in file if line.endswith(b"\n")]
        return [
            event["verb"]
            for event in events
            if event["user"]["username"] == self.user
            and event["stage"] == "ResponseComplete"
            and event["verb"] != "watch"
        ]

    async def _usage(self) -> dict[str, Usage]:
        pod = await self.side.host.get(PODS, Key(self.side.host_namespace, self.pod))
        status = pod["status"]
        ids = {
            container["name"]: container["containerID"].rpartition("/")[2]
            for container in (*status.get("initContainerStatuses", ()), *status["containerStatuses"])
            if "running" in container["state"]
        }
        return {name: container_usage(pod["metadata"]["uid"], found) for name, found in ids.items()}

    async def _virtual_requests(self) -> tuple[float, float]:
        total = writes = 0.0
        for line in (await self.side.client.raw_get("/metrics")).decode().splitlines():
            found = re.match(r"apiserver_request_total\{(.*)\} (\S+)", line)
            if found:
                verb = re.search(r'verb="(\w+)"', found[1])
                total += float(found[2])
                if verb and verb[1].lower() in _WRITE_VERBS:
                    writes += float(found[2])
        return total, writes


@dataclass(frozen=True)
class Snapshot:
    """Spending up to one moment."""

    usage: dict[str, Usage]
    virtual_requests: float
    virtual_writes: float
    audit_offset: int

    def cpu_since(self, before: Snapshot) -> dict[str, float]:
        """CPU seconds by container between two moments."""
        return {name: used.cpu - before.usage[name].cpu for name, used in self.usage.items()}

    @property
    def memory(self) -> float:
        """Resident bytes of the pod."""
        return sum(used.memory for used in self.usage.values())
