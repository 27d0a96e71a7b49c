"""Lets writes through only while we lead, asked at the last moment before they leave: a lease alone cannot do that."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from vcluster_syncer.kube.api import Client
from vcluster_syncer.kube.errors import Unreachable

P = ParamSpec("P")
T = TypeVar("T")


class Fenced(Unreachable):
    """The write was held back because another syncer may lead by now."""

    def __init__(self) -> None:
        super().__init__("not leading: the write was held back", sent=False)


class FencedClient:
    """A ``Client`` whose writes ask ``leading`` first and raise ``Fenced``; reads pass."""

    def __init__(self, inner: Client, leading: Callable[[], bool]) -> None:
        self.list_page = inner.list_page
        self.watch = inner.watch
        self.get = inner.get
        self.raw_get = inner.raw_get
        self.create = _fenced(inner.create, leading)
        self.update = _fenced(inner.update, leading)
        self.patch = _fenced(inner.patch, leading)
        self.delete = _fenced(inner.delete, leading)


def _fenced(
    write: Callable[P, Coroutine[Any, Any, T]], leading: Callable[[], bool]
) -> Callable[P, Coroutine[Any, Any, T]]:
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        if not leading():
            raise Fenced
        return await write(*args, **kwargs)

    return guarded
