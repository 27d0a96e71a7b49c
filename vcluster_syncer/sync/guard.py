"""The client that syncers really get: it counts, breaks loops and slows down when an API server asks for it."""

from __future__ import annotations

from typing import Final, TypeVar

from vcluster_syncer.clock import Clock
from vcluster_syncer.kube.api import Client
from vcluster_syncer.kube.delegate import READS, DelegatingClient, Request, Send
from vcluster_syncer.kube.errors import ApiError, TooManyRequests
from vcluster_syncer.metrics import Counter
from vcluster_syncer.sync.breaker import LoopBreaker
from vcluster_syncer.sync.tally import CURRENT, Asked, SideName

T = TypeVar("T")

_COUNTED_SUBRESOURCES: Final = ("", "status")
"""Writes to others (binding, token) and nameless ones (reviews) say the same again and again and are no loop."""


class GuardedClient(DelegatingClient):
    """A ``Client`` around another one for the reconciles of one side."""

    def __init__(self, inner: Client, side: SideName, breaker: LoopBreaker, clock: Clock, writes: Counter) -> None:
        super().__init__(inner)
        self._side = side
        self._breaker = breaker
        self._clock = clock
        self._writes = writes
        self._slow_until = 0.0

    async def _send(self, request: Request, send: Send[T]) -> T:
        if request.verb in READS:
            return await self._unhurried(request, send)
        if request.verb == "delete":
            return await self._deleted(request, send)
        if request.body is None or request.subresource not in _COUNTED_SUBRESOURCES or not request.key.name:
            return await self._counted(request, send)
        target = (self._side, request.resource, request.key, request.subresource)
        digest = self._breaker.check(target, request.body)
        result = await self._counted(request, send)
        self._breaker.record(target, digest)
        return result

    async def _deleted(self, request: Request, send: Send[T]) -> T:
        result = await self._counted(request, send)
        tally = CURRENT.get()
        if tally is not None and tally.withdraws:
            self._breaker.forget((self._side, request.resource, request.key, ""))
        return result

    async def _counted(self, request: Request, send: Send[T]) -> T:
        code = "0"
        try:
            result = await self._unhurried(request, send)
            code = "200"
        except ApiError as error:
            code = str(error.code)
            raise
        finally:
            self._writes.inc(request.resource.plural, self._side, request.verb, code)
        tally = CURRENT.get()
        if tally is not None:
            tally.writes += 1
        return result

    async def _unhurried(self, request: Request, send: Send[T]) -> T:
        tally = CURRENT.get()
        if tally is not None:
            tally.last = Asked(self._side, request)
        wait = self._slow_until - self._clock.monotonic()
        if wait > 0:
            await self._clock.sleep(wait)
        try:
            return await send()
        except TooManyRequests as error:
            self._slow_until = self._clock.monotonic() + error.retry_after
            raise
