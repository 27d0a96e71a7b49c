"""Runs all syncers: turns changes into keys, and answers and failures into what happens next.

Nothing here knows a kind. A conflict is retried at once and is no error; a refused kind is switched off and tried
again each minute; a fight over a field stops; everything else that fails is retried with back-off.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from typing import Final, Never

from vcluster_contract.kinds import Resource
from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.kube.errors import (
    AlreadyExists,
    ApiError,
    Forbidden,
    Invalid,
    NotFound,
    ServerError,
    TooManyRequests,
    Unreachable,
)
from vcluster_syncer.kube.errors import Conflict as ConflictError
from vcluster_syncer.kube.queue import Priority, WorkQueue
from vcluster_syncer.sync.access import may
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, Terminal, World
from vcluster_syncer.sync.breaker import LoopBroken
from vcluster_syncer.sync.conditions import Conditions
from vcluster_syncer.sync.instruments import Instruments
from vcluster_syncer.sync.lane import Lane, Registration
from vcluster_syncer.sync.tally import CURRENT, Asked, SideName, Tally

WORKERS: Final = 32
PATROL_INTERVAL: Final = 600.0
OFF_FOR: Final = 60.0
"""Seconds after which a kind that was denied is tried again."""
NAMESPACE_ENDS: Final = 5.0
"""Seconds before another look at an object whose namespace is being deleted: what comes next is its own deletion."""
SHORTEST_DELAY: Final = 0.001
"""Seconds; a remainder too small for the clock to show would have a key look again and again in the same instant."""
BUSY: Final = 8
"""With more keys than this in hand, patient lanes give way."""
PATIENCE: Final = 5.0
"""Seconds that a key of a patient lane gives way at most."""
_PAUSE: Final = 0.25
_YIELD_EVERY: Final = 200
_logger = logging.getLogger(__name__)


class Engine:
    """All lanes of one process."""

    def __init__(self, clock: Clock, random: Random, instruments: Instruments, conditions: Conditions) -> None:
        self._clock = clock
        self._random = random
        self._instruments = instruments
        self._conditions = conditions
        self._lanes: list[Lane] = []
        self._by_resource: dict[Resource, Lane] = {}
        self._watching: dict[tuple[SideName, Resource], list[Lane]] = {}
        self._opened = asyncio.Event()

    def add(self, world: World, registration: Registration) -> None:
        """Register a syncer, before its caches start; the first one of a resource answers ``World.enqueue``."""
        queue: WorkQueue[Key] = WorkQueue(
            lambda key: self._work(world, lane, key), self._clock, self._random, workers=WORKERS
        )
        lane = Lane(registration, queue, self._clock)
        self._lanes.append(lane)
        self._by_resource.setdefault(registration.syncer.kind.resource, lane)
        for resource in registration.host:
            self._watching.setdefault(("host", resource), []).append(lane)
        for resource in registration.virtual:
            self._watching.setdefault(("virtual", resource), []).append(lane)

    def handler(self, side: SideName, resource: Resource) -> Callable[[Key, Entry | None, Entry | None], None]:
        """The cache handler for one resource of one side."""
        return partial(self._changed, self._watching.get((side, resource), []), side, resource)

    def enqueue(self, resource: Resource, key: Key, after: float) -> None:
        """``World.enqueue``."""
        lane = self._by_resource.get(resource)
        if lane is not None and lane.open:
            lane.add(key, after=after)

    async def run(self, world: World) -> Never:
        """Open each lane as soon as its caches are filled, and work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._run_lane(world, lane))
            group.create_task(self._patrol(world))
        raise AssertionError  # the tasks never end by themselves

    async def wait_opened(self) -> None:
        """Wait until every lane is open."""
        while not all(lane.open for lane in self._lanes):
            self._opened.clear()
            await self._opened.wait()

    def names(self) -> list[str]:
        """Names of all lanes."""
        return [lane.name for lane in self._lanes]

    def idle(self) -> bool:
        """Whether no key is in line or being worked on; delayed keys do not count."""
        return all(lane.queue.idle for lane in self._lanes)

    def depths(self) -> dict[tuple[str, ...], float]:
        """Keys in line by kind and priority."""
        return {
            (lane.name, priority.name.lower()): lane.queue.depth(priority)
            for lane in self._lanes
            for priority in Priority
        }

    def oldest(self) -> dict[tuple[str, ...], float]:
        """Seconds that the longest waiting key of each kind has waited."""
        return {(lane.name,): lane.oldest() for lane in self._lanes}

    @staticmethod
    def _changed(
        lanes: list[Lane], side: SideName, resource: Resource, key: Key, _old: Entry | None, _new: Entry | None
    ) -> None:
        for lane in lanes:
            lane.changed(side, resource, key)

    async def _run_lane(self, world: World, lane: Lane) -> Never:
        registration = lane.registration
        stores = [world.host.stores[resource] for resource in registration.host]
        stores += [world.virtual.stores[resource] for resource in registration.virtual]
        wait = 0.02
        while not all(store.synced for store in stores):
            await self._clock.sleep(wait)
            wait = min(wait * 1.5, 1.0)
        lane.open = True
        for key in lane.all_keys(world):
            lane.add(key, priority=Priority.BULK)
        self._opened.set()
        await lane.queue.run()

    async def _patrol(self, world: World) -> Never:
        while True:
            await self._clock.sleep(PATROL_INTERVAL)
            for lane in self._lanes:
                if lane.open and lane.registration.patrolled:
                    await self._patrol_lane(world, lane)

    async def _patrol_lane(self, world: World, lane: Lane) -> None:
        for count, key in enumerate(list(lane.all_keys(world)), start=1):
            lane.patrol(key)
            if count % _YIELD_EVERY == 0:
                await self._clock.sleep(0)

    async def _work(self, world: World, lane: Lane, key: Key) -> None:
        left = lane.off_until - self._clock.monotonic()
        if left > 0:
            lane.queue.add(key, priority=Priority.BULK, after=left + self._random.random())
            return
        if self._gives_way(lane, key):
            lane.queue.add(key, after=_PAUSE * (1 + self._random.random()))
            return
        looking, tally = lane.take_patrolled(key), Tally()
        token = CURRENT.set(tally)
        try:
            outcome = await lane.syncer.reconcile(key)
        except (ApiError, Unreachable, LoopBroken) as error:
            await self._failed(world, lane, key, error, tally.last)
        else:
            self._answered(world, lane, key, outcome, tally, looking=looking)
        finally:
            CURRENT.reset(token)

    def _gives_way(self, lane: Lane, key: Key) -> bool:
        if not lane.registration.patient or lane.age(key) >= PATIENCE:
            return False
        return sum(other.queue.load for other in self._lanes if other is not lane) > BUSY

    def _answered(self, world: World, lane: Lane, key: Key, outcome: Outcome, tally: Tally, *, looking: bool) -> None:
        if lane.off_until:
            self._switch_on(lane)
        match outcome:
            case Conflict():
                self._conflict(lane, key)
                return
            case Requeue(after=after):
                lane.queue.add(key, after=max(after, SHORTEST_DELAY))
            case Terminal(message=message):
                self._report(world, lane, key, message)
            case Done():
                pass
        lane.queue.forget(key)
        lag = lane.settled(key)
        if tally.writes and looking:
            self._instruments.repairs.inc(lane.name)
            _logger.warning("Patrol repaired a difference", extra={"kind": lane.name, "key": str(key)})
        elif tally.writes and tally.last is not None:
            direction = "toHost" if tally.last.side == "host" else "fromHost"
            self._instruments.lag.observe(lag, lane.name, direction)

    async def _failed(
        self,
        world: World,
        lane: Lane,
        key: Key,
        error: ApiError | Unreachable | LoopBroken,
        asked: Asked | None,
    ) -> None:
        match error:
            case ConflictError() | AlreadyExists() | NotFound():
                self._conflict(lane, key)
            case Invalid() if _meets_another_object(error):
                self._conflict(lane, key)
            case TooManyRequests():
                lane.queue.add(key, after=error.retry_after * (1 + self._random.random()))
            case LoopBroken():
                if error.fresh:
                    self._instruments.loops.inc(lane.name)
                self._report(world, lane, key, str(error))
                lane.queue.add(key, after=error.retry_after)
            case Unreachable() | ServerError():
                self._retry(lane, key, error)
            case Forbidden() if asked is not None and asked.side == "virtual" and _namespace_ends(error):
                lane.queue.add(key, after=NAMESPACE_ENDS * (1 + self._random.random()))
            case Forbidden() if asked is not None and not await _may(world, asked):
                self._switch_off(world, lane, key, asked)
            case _:
                self._retry(lane, key, error)
                self._report(world, lane, key, str(error))

    def _conflict(self, lane: Lane, key: Key) -> None:
        self._instruments.conflicts.inc(lane.name)
        lane.queue.retry(key)

    def _retry(self, lane: Lane, key: Key, error: Exception) -> None:
        self._instruments.errors.inc(lane.name, type(error).__name__)
        delay = lane.queue.retry(key)
        details = {"kind": lane.name, "key": str(key), "error": str(error), "retry_in": round(delay, 2)}
        _logger.info("Reconcile failed", extra=details)

    def _switch_off(self, world: World, lane: Lane, key: Key, asked: Asked) -> None:
        request = asked.request
        what = f"{request.verb} {request.resource.plural}{request.subresource and '/' + request.subresource}"
        message = (
            f"the syncer is not allowed to {what} on the {asked.side} cluster, so {lane.name} are not synced: "
            f"apply the RBAC that the compiler wrote for this configuration"
        )
        lane.off_until = self._clock.monotonic() + OFF_FOR
        lane.queue.add(key, priority=Priority.BULK, after=OFF_FOR)
        self._instruments.off.set(1, lane.name)
        self._conditions.set(f"Syncing/{lane.name}", False, message)
        self._report(world, lane, key, message)

    def _switch_on(self, lane: Lane) -> None:
        lane.off_until = 0.0
        self._instruments.off.set(0, lane.name)
        self._conditions.set(f"Syncing/{lane.name}", True)

    def _report(self, world: World, lane: Lane, key: Key, message: str) -> None:
        """Tell the user on the virtual object, in its own names."""
        resource = lane.syncer.kind.resource
        _logger.warning("Object is not synced", extra={"kind": lane.name, "key": str(key), "reason": message})
        store = world.virtual.stores.get(resource)
        entry = store.get(key) if store is not None else None
        if entry is not None:
            shown = message.replace(world.scope.host_key(key).name, key.name) if key.namespace else message
            world.recorder.event(resource, key, entry.meta.uid, type="Warning", reason="SyncError", message=shown)


def _namespace_ends(error: ApiError) -> bool:
    """Whether nothing more is created in the namespace (Kubernetes, admission plugin NamespaceLifecycle)."""
    return _has_cause(error, "reason", "NamespaceTerminating")


def _meets_another_object(error: Invalid) -> bool:
    """Whether a patch with a UID met a newer object of the same name; the API server calls that an immutable field."""
    return _has_cause(error, "field", "metadata.uid")


def _has_cause(error: ApiError, key: str, value: str) -> bool:
    """Whether the Status names such a cause (Kubernetes API conventions, "Response Status Kind")."""
    return any(cause.get(key) == value for cause in error.details.get("causes") or ())


async def _may(world: World, asked: Asked) -> bool:
    return await may(world.host.client if asked.side == "host" else world.virtual.client, asked.request)
