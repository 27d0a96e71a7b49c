"""The node API on one connection: reads requests, checks the caller, and answers as the kubelet of that node would."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from vcluster_syncer.kubelet import pods
from vcluster_syncer.kubelet.answers import Refusal, Reply, as_status, render, text
from vcluster_syncer.kubelet.head import BadHead, Request, parse_request
from vcluster_syncer.kubelet.host import Dialing
from vcluster_syncer.kubelet.link import Ended, Link, TooLong
from vcluster_syncer.kubelet.paths import NodeCall, PodCall, parse_target
from vcluster_syncer.kubelet.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcluster_syncer.kubelet.node import NodeInfo
    from vcluster_syncer.sync.api import World

IDLE_SECONDS: Final = 180.0
"""How long an unused connection is kept; kube-apiserver drops its own after 90 s."""

log = logging.getLogger(__name__)


class Guard(Protocol):
    """Decides who may do what."""

    async def check(self, node: str, request: Request, call: PodCall | NodeCall) -> None:
        """Raise ``Refusal`` unless the caller may make ``call``."""
        ...


class Trusted:
    """The virtual API server has already authorized the request."""

    async def check(self, _node: str, _request: Request, _call: PodCall | NodeCall) -> None:
        """Allow everything."""


class Session(NamedTuple):
    """One connection to one node."""

    link: Link
    node: Callable[[Request], str | None]
    """Which node a request is meant for."""
    guard: Guard
    dialing: Dialing


class NodeApi:
    """Serves connections of every virtual node."""

    def __init__(self, world: World, info: NodeInfo, streams: Streams) -> None:
        self.closing = streams.closing
        self._world = world
        self._info = info
        self._streams = streams

    async def serve(self, session: Session) -> None:
        """Answer requests until the connection ends or we are closing."""
        try:
            while not self.closing.is_set():
                request = await next_request(session.link, self.closing)
                keep = request is not None and await self._answer(session, request)
                await session.dialing.drop()
                if not keep:
                    break
        finally:
            await session.dialing.drop()
            session.link.close()

    async def _answer(self, session: Session, request: Request) -> bool:
        """Returns whether the connection can be used again."""
        call, node = parse_target(request.target), session.node(request)
        keep = request.keeps_alive and not request.has_body
        try:
            reply = await self._dispatch(session, node, request, call)
        except Refusal as refusal:
            path = request.target.partition("?")[0]
            log.info("call refused", extra={"node": node, "path": path, "why": refusal.message})
            streams = isinstance(call, PodCall) and call.streams
            reply = as_status(refusal) if streams else text(refusal.status, refusal.message)
            keep = keep and not streams
        if isinstance(reply, bool):
            return reply and keep
        session.link.write(render(reply, close=not keep))
        await session.link.drain()
        return keep

    async def _dispatch(
        self, session: Session, node: str | None, request: Request, call: PodCall | NodeCall
    ) -> Reply | bool:
        """The answer, or whether the connection outlives a stream that has already been served."""
        if request.version != "HTTP/1.1" or request.has_body:
            raise Refusal(400, "the node API takes HTTP/1.1 requests without a body")
        if node is None:
            raise Refusal(421, "the Host header names no node of this virtual cluster")
        await session.guard.check(node, request, call)
        if isinstance(call, PodCall):
            return await self._pod_call(session, node, request, call)
        if request.method != "GET":
            raise Refusal(405, f"{request.method} is not served on {call.path}")
        return await self._info.answer(node, call)

    async def _pod_call(self, session: Session, node: str, request: Request, call: PodCall) -> bool:
        if request.method not in (("GET", "POST") if call.streams else ("GET",)):
            raise Refusal(405, f"{request.method} is not served on {call.action}")
        pod = await pods.find(self._world, node, call)
        if call.streams:
            await self._streams.upgrade(session.link, request, call, pod, session.dialing)
            return False
        return await self._streams.logs(session.link, request, call, pod, session.dialing)


async def next_request(link: Link, closing: asyncio.Event) -> Request | None:
    """The next request on a connection; None when it has ended, is idle for too long, or ``closing`` is set."""
    reading = asyncio.ensure_future(link.read_head())
    stopping = asyncio.ensure_future(closing.wait())
    try:
        await asyncio.wait({reading, stopping}, timeout=IDLE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        return parse_request(reading.result()) if reading.done() else None
    except BadHead as error:
        link.write(render(text(400, f"bad request: {error}"), close=True))
    except TooLong:
        link.write(render(text(431, "the request head is too long"), close=True))
    except Ended:
        pass
    finally:
        reading.cancel()
        stopping.cancel()
    return None
