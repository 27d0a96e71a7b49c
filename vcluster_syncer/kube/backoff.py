"""Waiting times between attempts, with jitter so that many clients of a failed server do not return at once."""

from __future__ import annotations

from vcluster_syncer.clock import Random


class Backoff:
    """Doubling delays in seconds from ``first`` to ``limit``, each spread over 50 % to 100 % of its nominal value."""

    def __init__(self, random: Random, *, first: float, limit: float) -> None:
        self._random = random
        self._first = first
        self._limit = limit
        self._failures = 0

    def next(self) -> float:
        """The delay after one more failure."""
        delay = delay_after(self._failures, self._random, first=self._first, limit=self._limit)
        self._failures += 1
        return delay

    def reset(self) -> None:
        """Forget failures after a success."""
        self._failures = 0


def delay_after(failures: int, random: Random, *, first: float, limit: float) -> float:
    """The delay in seconds after ``failures`` earlier failures in a row."""
    nominal = min(limit, first * 2 ** min(failures, 60))
    return float(nominal * random.uniform(0.5, 1.0))
