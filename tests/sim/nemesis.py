"""What goes wrong between a syncer and its API servers, on demand of a seed, so that every failure can be replayed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from typing import Any, Never, TypeVar, Unpack

import msgspec

from tests.sim.fake_server import FakeServer
from vcluster_contract.kinds import Resource
from vcluster_syncer.clock import Random
from vcluster_syncer.kube.api import Client, WatchEvent, WatchOptions
from vcluster_syncer.kube.delegate import READS, DelegatingClient, Request, Send
from vcluster_syncer.kube.errors import Conflict, ServerError, TooManyRequests, Unreachable

T = TypeVar("T")


class Menu(msgspec.Struct):
    """Probability of each mishap per request or watch event."""

    request_lost: float = 0.0
    reply_lost: float = 0.0
    """The request took effect, but nobody learns of it."""
    conflict: float = 0.0
    overload: float = 0.0
    failure: float = 0.0
    """500 before or after the request took effect."""
    slow: float = 0.0
    watch_cut: float = 0.0
    watch_duplicate: float = 0.0
    """One of the last events comes again."""
    watch_delay: float = 0.0


STORMY = Menu(
    request_lost=0.03,
    reply_lost=0.05,
    conflict=0.05,
    overload=0.03,
    failure=0.03,
    slow=0.05,
    watch_cut=0.03,
    watch_duplicate=0.05,
    watch_delay=0.1,
)
QUIET = Menu()


class NemesisClient(DelegatingClient):
    """A ``Client`` that misbehaves by its menu; ``checkpoint`` is called around every write.

    A checkpoint may cancel the syncer's tasks: that is a crash at exactly this point.
    """

    def __init__(
        self, inner: Client, random: Random, menu: Menu, checkpoint: Callable[[str], None] | None = None
    ) -> None:
        super().__init__(inner)
        self.menu = menu
        self.checkpoint = checkpoint
        self._random = random

    async def watch(
        self, resource: Resource, namespace: str = "", **options: Unpack[WatchOptions]
    ) -> AsyncGenerator[WatchEvent, None]:
        await self._before()
        past: deque[WatchEvent] = deque(maxlen=5)
        async with aclosing(self._inner.watch(resource, namespace, **options)) as events:
            async for event in events:
                if self._strikes(self.menu.watch_cut):
                    raise Unreachable("watch cut by the nemesis", sent=True)
                if self._strikes(self.menu.watch_delay):
                    await asyncio.sleep(self._random.uniform(0.0, 3.0))
                yield event
                past.append(event)
                if self._strikes(self.menu.watch_duplicate):
                    yield self._random.choice(past)

    async def raw_get(self, path: str) -> bytes:
        await self._before()
        return await super().raw_get(path)

    async def _send(self, request: Request, send: Send[T]) -> T:
        if request.verb in READS:
            await self._before()
            return await send()
        self._at("before")
        await self._before()
        if request.verb != "create" and self._strikes(self.menu.conflict):
            raise Conflict(409, "Conflict", "conflict made by the nemesis")
        result = await send()
        self._at("after")
        if self._strikes(self.menu.reply_lost):
            raise Unreachable("reply lost by the nemesis", sent=True)
        if self._strikes(self.menu.failure):
            raise ServerError(500, "InternalError", "failure after the write, made by the nemesis")
        return result

    async def _before(self) -> None:
        if self._strikes(self.menu.slow):
            await asyncio.sleep(self._random.uniform(0.0, 5.0))
        if self._strikes(self.menu.request_lost):
            raise Unreachable("request lost by the nemesis", sent=False)
        if self._strikes(self.menu.overload):
            raise TooManyRequests(429, "TooManyRequests", "overload", details={"retryAfterSeconds": 1})
        if self._strikes(self.menu.failure):
            raise ServerError(503, "ServiceUnavailable", "failure made by the nemesis")

    def _at(self, where: str) -> None:
        if self.checkpoint is not None:
            self.checkpoint(where)

    def _strikes(self, probability: float) -> bool:
        return probability > 0 and self._random.random() < probability


class Storm:
    """Whole-server mishaps, one after another, until cancelled; the server is left healthy."""

    def __init__(self, server: FakeServer, random: Random, *, refusable: tuple[Resource, ...] = ()) -> None:
        self.server = server
        self.random = random
        self.refusable = refusable

    async def run(self) -> Never:
        acts: list[Callable[[], Coroutine[Any, Any, None]]] = [
            self._outage, self._freeze, self._drop, self._compact, self._hang, self._refusal, self._lag,
        ]  # fmt: skip
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 20.0))
            await self.random.choice(acts)()

    async def _outage(self) -> None:
        self.server.stop()
        try:
            await asyncio.sleep(self.random.uniform(0.0, 40.0))
        finally:
            self.server.start()

    async def _freeze(self) -> None:
        self.server.freeze()
        try:
            await asyncio.sleep(self.random.uniform(0.0, 40.0))
        finally:
            self.server.thaw()

    async def _drop(self) -> None:
        self.server.drop_connections()

    async def _compact(self) -> None:
        self.server.compact()
        if self.random.random() < 0.5:
            self.server.drop_connections()

    async def _hang(self) -> None:
        """What happens meanwhile is never told when history is forgotten before the silence is noticed."""
        self.server.hang_watches()
        if self.random.random() < 0.5:
            await asyncio.sleep(self.random.uniform(0.0, 20.0))
            self.server.compact()

    async def _lag(self) -> None:
        """Fall behind, and let the syncer begin anew meanwhile."""
        self.server.stale_at = self.server.storage.revision
        try:
            await asyncio.sleep(self.random.uniform(0.0, 10.0))
            self.server.drop_connections()
            await asyncio.sleep(self.random.uniform(0.0, 10.0))
        finally:
            self.server.stale_at = None
            self.server.storage.wake_all()

    async def _refusal(self) -> None:
        if not self.refusable:
            return
        refused = self.random.choice(self.refusable)
        allowed = self.server.authorizer
        self.server.authorizer = lambda user, verb, resource, *rest: (
            resource != refused and allowed(user, verb, resource, *rest)
        )
        self.server.drop_connections()
        try:
            await asyncio.sleep(self.random.uniform(0.0, 100.0))
        finally:
            self.server.authorizer = allowed
