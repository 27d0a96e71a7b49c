"""Lets writes through only while we lead, asked at the last moment before they leave: a lease alone cannot do that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, ParamSpec, TypeVar

from vcluster_syncer.kube.api import Client
from vcluster_syncer.kube.errors import Unreachable

LIMIT: Final = 15.0
"""Below the 20 s between renew deadline and end of a lease with the default timings."""
P = ParamSpec("P")
T = TypeVar("T")


class Fenced(Unreachable):
    """The write was held back because another syncer may lead by now."""

    def __init__(self) -> None:
        super().__init__("not leading: the write was held back", sent=False)


class FencedClient:
    """A ``Client`` whose writes ask ``leading`` first and raise ``Fenced``; reads pass.

    A write is given up after ``limit`` seconds: no longer than a lease outlives its renew deadline, or a write that
    was allowed at its start could still arrive when another leads.
    """

    def __init__(self, inner: Client, leading: Callable[[], bool], *, limit: float = LIMIT) -> None:
        self.list_page = inner.list_page
        self.watch = inner.watch
        self.get = inner.get
        self.raw_get = inner.raw_get
        self.create = _fenced(inner.create, leading, limit)
        self.update = _fenced(inner.update, leading, limit)
        self.patch = _fenced(inner.patch, leading, limit)
        self.delete = _fenced(inner.delete, leading, limit)


def _fenced(
    write: Callable[P, Coroutine[Any, Any, T]], leading: Callable[[], bool], limit: float
) -> Callable[P, Coroutine[Any, Any, T]]:
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        if not leading():
            raise Fenced
        try:
            async with asyncio.timeout(limit):
                return await write(*args, **kwargs)
        except TimeoutError as error:
            raise Unreachable(f"no answer within {limit:g} s", sent=True) from error

    return guarded
