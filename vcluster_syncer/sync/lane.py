"""One syncer with its queue: which changes wake it and what is waiting."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

import msgspec

from vcluster_contract.kinds import Resource
from vcluster_syncer.clock import Clock
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.queue import Priority, WorkQueue
from vcluster_syncer.sync.api import Syncer, World
from vcluster_syncer.sync.tally import SideName

_logger = logging.getLogger(__name__)


def _no_keys() -> Iterable[Key]:
    return ()


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A syncer and the watched resources whose changes concern it."""

    name: str
    """Unique; label of metrics."""
    syncer: Syncer
    host: tuple[Resource, ...] = ()
    virtual: tuple[Resource, ...] = ()
    known_keys: Callable[[], Iterable[Key]] = _no_keys
    """Keys to look at on start and patrol beside those of the objects in the stores."""
    patrolled: bool = True
    patient: bool = False
    """Whether nothing waits for what this syncer writes, so that others go first when there is much to do."""


class Lane:
    """Run-time state of one registration."""

    def __init__(self, registration: Registration, queue: WorkQueue[Key], clock: Clock) -> None:
        self.registration = registration
        self.name = registration.name
        self.syncer = registration.syncer
        self.queue = queue
        self.open = False
        self.off_until = 0.0
        self._clock = clock
        self._pending: dict[Key, float] = {}
        self._patrolled: set[Key] = set()

    def changed(self, side: SideName, resource: Resource, key: Key) -> None:
        """Let the syncer note a change, and line up the keys it concerns once the lane is open."""
        for found in self._keys(side, resource, key):
            if self.open:
                self.add(found)

    def add(self, key: Key, *, after: float = 0.0, priority: Priority = Priority.LIVE) -> None:
        """Line up one key."""
        self._patrolled.discard(key)
        self._pending.setdefault(key, self._clock.monotonic() + after)
        self.queue.add(key, priority=priority, after=after)

    def patrol(self, key: Key) -> None:
        """Line up a key about which nothing is known to have changed."""
        if key not in self._pending:
            self._patrolled.add(key)
            self.queue.add(key, priority=Priority.BULK)

    def take_patrolled(self, key: Key) -> bool:
        """Whether the run that starts is only a look."""
        found = key in self._patrolled
        self._patrolled.discard(key)
        return found

    def settled(self, key: Key) -> float:
        """The key needs nothing more; seconds since it was first lined up."""
        now = self._clock.monotonic()
        return max(0.0, now - self._pending.pop(key, now))

    def age(self, key: Key) -> float:
        """Seconds since the key was first lined up."""
        now = self._clock.monotonic()
        return now - self._pending.get(key, now)

    def oldest(self) -> float:
        """Age in seconds of the key that has waited longest; 0 when none waits."""
        return max(0.0, self._clock.monotonic() - min(self._pending.values(), default=self._clock.monotonic()))

    def all_keys(self, world: World) -> Iterator[Key]:
        """Every key that either side knows of."""
        registration = self.registration
        for side, name, resources in (
            (world.host, "host", registration.host),
            (world.virtual, "virtual", registration.virtual),
        ):
            for resource in resources:
                for entry in side.stores[resource].entries():
                    yield from self._keys(name, resource, entry.meta.key)  # type: ignore[arg-type]
        yield from registration.known_keys()

    def _keys(self, side: SideName, resource: Resource, key: Key) -> list[Key]:
        """What the syncer answers; an object that it cannot read must not stop the others."""
        map_key = self.syncer.keys_for_host if side == "host" else self.syncer.keys_for_virtual
        try:
            return map_key(resource, key)
        except Exception:
            details = {"kind": self.name, "resource": resource.plural, "key": str(key)}
            _logger.exception("A changed object could not be mapped to keys", extra=details)
            return []
