"""The loop breaker: two writers that undo each other must not keep two API servers busy for ever.

A write with the same content to the same object more than ``LIMIT`` times within ``WINDOW`` seconds means that somebody
changes it back. The writer then stops for ``HOLD`` seconds and the user learns which fields are fought over.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from vcluster_syncer.clock import Clock

LIMIT: Final = 3
WINDOW: Final = 60.0
HOLD: Final = 300.0
_encode = msgspec.json.Encoder().encode


class LoopBroken(Exception):
    """The same write was made too often; ``fields`` are dotted paths."""

    def __init__(self, fields: list[str], retry_after: float) -> None:
        shown = ", ".join(fields) or "the whole object"
        super().__init__(
            f"something on the other side keeps changing {shown} back: stopped writing for {HOLD:.0f} s; "
            f"find the controller or webhook that changes it, or remove the field"
        )
        self.fields = fields
        self.retry_after = retry_after
        self.fresh = retry_after == HOLD


class _Run:
    """Recent successful writes to one object."""

    __slots__ = ("counts", "held_until", "since")

    def __init__(self, since: float) -> None:
        self.since = since
        self.counts: dict[int, int] = {}
        self.held_until = 0.0


class LoopBreaker:
    """Counts successful writes by target and content."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._runs: OrderedDict[Hashable, _Run] = OrderedDict()
        """By age, but for those that are held."""

    def check(self, target: Hashable, body: Any) -> int:
        """The content's digest for ``record``.

        Raises:
            LoopBroken: the write was already made ``LIMIT`` times within the window, or the target is held.
        """
        digest = hash(_encode(body))
        run = self._runs.get(target)
        now = self._clock.monotonic()
        if run is None:
            return digest
        if run.held_until > now:
            raise LoopBroken(leaves(body), run.held_until - now)
        if now - run.since > WINDOW:
            del self._runs[target]
        elif run.counts.get(digest, 0) >= LIMIT:
            run.held_until, run.since, run.counts = now + HOLD, now + HOLD, {}
            raise LoopBroken(leaves(body), HOLD)
        return digest

    def record(self, target: Hashable, digest: int) -> None:
        """Count a write that succeeded."""
        run = self._runs.get(target)
        if run is None:
            self._forget_old()
            run = self._runs[target] = _Run(self._clock.monotonic())
        run.counts[digest] = run.counts.get(digest, 0) + 1

    def forget(self, target: Hashable) -> None:
        """Start anew with ``target``: we took it away ourselves, so who writes it again undoes nothing."""
        self._runs.pop(target, None)

    def _forget_old(self) -> None:
        limit = self._clock.monotonic() - WINDOW
        while self._runs:
            target, run = next(iter(self._runs.items()))
            if max(run.since, run.held_until) > limit:
                return
            del self._runs[target]


def leaves(body: Any, prefix: str = "", depth: int = 4) -> list[str]:
    """Dotted paths of what ``body`` sets, at most ``depth`` levels deep; values are never shown."""
    return list(_leaves(body, prefix, depth))


def _leaves(body: Any, prefix: str, depth: int) -> Iterator[str]:
    if isinstance(body, dict) and body and depth:
        for key, value in body.items():
            yield from _leaves(value, f"{prefix}.{key}" if prefix else key, depth - 1)
    elif prefix:
        yield prefix
