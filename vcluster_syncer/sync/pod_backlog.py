"""In a burst new pods go first: their status can wait a moment, and what changes meanwhile is then written once."""

from __future__ import annotations

from typing import Final

from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube.api import Key

BURST: Final = 8
"""So many pods without host pod make a burst."""
LONGEST: Final = 1.0
"""Seconds that the status of one pod waits at most."""
_DELAY: Final = 0.1


class Backlog:
    """Pods that have no host pod yet and have not been looked at."""

    def __init__(self, clock: Clock, random: Random) -> None:
        self._clock = clock
        self._random = random
        self._unborn: set[Key] = set()
        self._waiting_since: dict[Key, float] = {}

    def add(self, key: Key) -> None:
        """A new pod is in line."""
        self._unborn.add(key)

    def done(self, key: Key) -> None:
        """The pod has been looked at, or is gone."""
        self._unborn.discard(key)
        self._waiting_since.pop(key, None)

    def delay(self, key: Key) -> float:
        """Seconds that the status of ``key`` should wait; 0 when it is its turn."""
        if len(self._unborn) <= BURST:
            self._waiting_since.pop(key, None)
            return 0.0
        now = self._clock.monotonic()
        if now - self._waiting_since.setdefault(key, now) >= LONGEST:
            del self._waiting_since[key]
            return 0.0
        return _DELAY * (1 + self._random.random())
