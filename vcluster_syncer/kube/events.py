"""Writes Events that say what happened to an object, few enough that a failing loop cannot flood the API server."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from typing import Final, Literal, Never, TypeVar

import msgspec

from vcluster_contract.kinds import EVENTS, Resource
from vcluster_syncer.clock import Clock
from vcluster_syncer.kube.api import JSON, Client, Key
from vcluster_syncer.kube.errors import ApiError, Conflict, NotFound, Unreachable
from vcluster_syncer.kube.timestamps import time

QUEUE_LIMIT: Final = 256
REMEMBERED: Final = 1024
"""Events whose repetition raises a count instead of making a new object, and objects whose rate is limited."""
BURST: Final = 25
REFILL_SECONDS: Final = 300.0
"""Per object: that many Events at once, then one each five minutes, as client-go's correlator allows."""
MESSAGE_LIMIT: Final = 1024
"""Longest message the API accepts."""
_logger = logging.getLogger(__name__)

K = TypeVar("K")
V = TypeVar("V")
EventType = Literal["Normal", "Warning"]


class _Occurrence(msgspec.Struct, frozen=True):
    resource: Resource
    key: Key
    uid: str
    type: EventType
    reason: str
    message: str


class _Written(msgspec.Struct):
    key: Key
    count: int


class _Budget(msgspec.Struct):
    tokens: float
    filled_at: float


class EventRecorder:
    """Implements ``vcluster_syncer.sync.api.Recorder``; ``run`` writes what was queued.

    When the queue is full the newest event is dropped and counted in ``dropped``: Events are best effort.
    """

    def __init__(self, client: Client, clock: Clock, *, component: str = "vcluster-syncer") -> None:
        self._client = client
        self._clock = clock
        self._component = component
        self._queue: deque[_Occurrence] = deque()
        self._filled = asyncio.Event()
        self._written: OrderedDict[_Occurrence, _Written] = OrderedDict()
        self._budgets: OrderedDict[str, _Budget] = OrderedDict()
        self._serial = 0
        self.dropped = 0

    def event(self, resource: Resource, key: Key, uid: str, *, type: EventType, reason: str, message: str) -> None:
        """Queue one Event; never blocks and never raises."""
        occurrence = _Occurrence(resource, key, uid, type, reason, _shortened(message))
        if len(self._queue) >= QUEUE_LIMIT or not self._within_budget(uid):
            self.dropped += 1
            return
        self._queue.append(occurrence)
        self._filled.set()

    async def run(self) -> Never:
        """Write queued Events until cancelled."""
        while True:
            await self._filled.wait()
            while self._queue:
                await self._write(self._queue.popleft())
            self._filled.clear()

    def _within_budget(self, uid: str) -> bool:
        now = self._clock.monotonic()
        budget = self._budgets.pop(uid, None) or _Budget(BURST, now)
        budget.tokens = min(BURST, budget.tokens + (now - budget.filled_at) / REFILL_SECONDS)
        budget.filled_at = now
        _remember(self._budgets, uid, budget)
        if budget.tokens < 1:
            return False
        budget.tokens -= 1
        return True

    async def _write(self, occurrence: _Occurrence) -> None:
        try:
            written = self._written.get(occurrence)
            if written is None or not await self._repeat(written):
                await self._create(occurrence)
        except (ApiError, Unreachable) as error:
            self.dropped += 1
            _logger.info("An event could not be written", extra={"key": str(occurrence.key), "error": str(error)})

    async def _repeat(self, written: _Written) -> bool:
        """Raise the count; False when the Event has expired meanwhile."""
        body: JSON = {"count": written.count + 1, "lastTimestamp": time(self._clock.now())}
        try:
            await self._client.patch(EVENTS, written.key, body)
        except (NotFound, Conflict):
            return False
        written.count += 1
        return True

    async def _create(self, occurrence: _Occurrence) -> None:
        namespace = occurrence.key.namespace or "default"
        self._serial += 1
        stamp = f"{int(self._clock.now().timestamp() * 1_000_000):x}{self._serial:04x}"
        name = f"{occurrence.key.name[:200]}.{stamp}"
        await self._client.create(EVENTS, namespace, self._body(occurrence, namespace, name))
        _remember(self._written, occurrence, _Written(Key(namespace, name), 1))

    def _body(self, occurrence: _Occurrence, namespace: str, name: str) -> JSON:
        now = time(self._clock.now())
        return {
            "apiVersion": EVENTS.api_version,
            "kind": EVENTS.kind,
            "metadata": {"name": name, "namespace": namespace},
            "involvedObject": {
                "apiVersion": occurrence.resource.api_version,
                "kind": occurrence.resource.kind,
                "name": occurrence.key.name,
                **({"namespace": occurrence.key.namespace} if occurrence.key.namespace else {}),
                **({"uid": occurrence.uid} if occurrence.uid else {}),
            },
            "type": occurrence.type,
            "reason": occurrence.reason,
            "message": occurrence.message,
            "source": {"component": self._component},
            "reportingComponent": self._component,
            "reportingInstance": "",
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }


def _shortened(message: str) -> str:
    return message if len(message) <= MESSAGE_LIMIT else message[: MESSAGE_LIMIT - 1] + "…"


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > REMEMBERED:
        memory.popitem(last=False)
