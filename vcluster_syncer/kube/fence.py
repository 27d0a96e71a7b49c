"""Lets writes through only while we lead, asked at the last moment before they leave: a lease alone cannot do that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, TypeVar

from vcluster_syncer.kube.api import Client
from vcluster_syncer.kube.delegate import READS, DelegatingClient, Request, Send
from vcluster_syncer.kube.errors import Unreachable

LIMIT: Final = 15.0
"""Below the 20 s between renew deadline and end of a lease with the default timings."""
T = TypeVar("T")


class Fenced(Unreachable):
    """The write was held back because another syncer may lead by now."""

    def __init__(self) -> None:
        super().__init__("not leading: the write was held back", sent=False)


class FencedClient(DelegatingClient):
    """A ``Client`` whose writes ask ``leading`` first and raise ``Fenced``; reads pass.

    A write is given up after ``limit`` seconds: no longer than a lease outlives its renew deadline, or a write that
    was allowed at its start could still arrive when another leads.
    """

    def __init__(self, inner: Client, leading: Callable[[], bool], *, limit: float = LIMIT) -> None:
        super().__init__(inner)
        self._leading = leading
        self._limit = limit

    async def _send(self, request: Request, send: Send[T]) -> T:
        if request.verb in READS:
            return await send()
        if not self._leading():
            raise Fenced
        try:
            async with asyncio.timeout(self._limit):
                return await send()
        except TimeoutError as error:
            raise Unreachable(f"no answer within {self._limit:g} s", sent=True) from error
