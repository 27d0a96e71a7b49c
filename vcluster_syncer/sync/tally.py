"""What one reconcile asked of the API servers: the engine tells a repair from a look by it, and knows what failed."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, Literal, NamedTuple

from vcluster_syncer.kube.delegate import Request

SideName = Literal["host", "virtual"]


class Asked(NamedTuple):
    """One request and whom it went to."""

    side: SideName
    request: Request


class Tally:
    """Counts the requests of one reconcile."""

    __slots__ = ("last", "withdraws", "writes")

    def __init__(self) -> None:
        self.writes = 0
        self.withdraws = False
        """Whether it deletes what nothing needs any more, rather than to make it anew."""
        self.last: Asked | None = None


CURRENT: Final[ContextVar[Tally | None]] = ContextVar("tally", default=None)
"""The tally of the reconcile that runs in this context."""
