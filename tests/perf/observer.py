"""Notes when watch events arrive, because every latency here is measured by one process at one clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vcluster_syncer.kube.api import EventType

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from vcluster_contract.kinds import Resource
    from vcluster_syncer.kube.client import KubeClient

TIMEOUT = 300.0


@dataclass
class Seen:
    """Arrival times in seconds by object name: first event, first Ready, last Ready, deletion."""

    first: dict[str, float] = field(default_factory=dict)
    ready: dict[str, float] = field(default_factory=dict)
    last_ready: dict[str, float] = field(default_factory=dict)
    deleted: dict[str, float] = field(default_factory=dict)
    unready_again: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, condition: Callable[[Seen], bool], what: str) -> None:
        """Wait for a state of these notes."""
        async with asyncio.timeout(TIMEOUT):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()
        if not condition(self):
            raise AssertionError(what)

    def note(self, name: str, event: EventType, *, ready: bool) -> None:
        """One event of one object."""
        now = time.perf_counter()
        self.first.setdefault(name, now)
        if event is EventType.DELETED:
            self.deleted[name] = now
        elif ready:
            self.ready.setdefault(name, now)
            self.last_ready.setdefault(name, now)
        elif name in self.last_ready:
            self.unready_again += 1
            del self.last_ready[name]
        self._changed.set()


@asynccontextmanager
async def observing(client: KubeClient, resource: Resource, namespace: str) -> AsyncIterator[Seen]:
    """Watch from now on."""
    page = await client.list_page(resource, namespace, limit=1)
    seen = Seen()
    task = asyncio.create_task(_follow(client, resource, namespace, page.resource_version, seen))
    try:
        yield seen
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _follow(client: KubeClient, resource: Resource, namespace: str, version: str, seen: Seen) -> None:
    while True:
        async for event in client.watch(resource, namespace, resource_version=version, timeout_seconds=900):
            version = event.entry.meta.resource_version
            if event.type is not EventType.BOOKMARK:
                ready = b'"type":"Ready","status":"True"' in event.entry.raw or _ready(event.entry.decode())
                seen.note(event.entry.meta.key.name, event.type, ready=ready)


def _ready(item: dict[str, object]) -> bool:
    status = item.get("status")
    conditions = status.get("conditions", []) if isinstance(status, dict) else []
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
