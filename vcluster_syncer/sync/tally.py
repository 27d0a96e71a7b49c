"""What one reconcile asked of the API servers: the engine tells a repair from a look by it, and knows what failed."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Final, Literal, NamedTuple

from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import Key

SideName = Literal["host", "virtual"]


class Request(NamedTuple):
    """One request as RBAC sees it."""

    side: SideName
    verb: str
    resource: Resource
    key: Key
    subresource: str = ""


class Tally:
    """Counts the requests of one reconcile."""

    __slots__ = ("last", "writes")

    def __init__(self) -> None:
        self.writes = 0
        self.last: Request | None = None


CURRENT: Final[ContextVar[Tally | None]] = ContextVar("tally", default=None)
"""The tally of the reconcile that runs in this context."""
