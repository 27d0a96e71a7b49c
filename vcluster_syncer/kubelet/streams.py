"""Logs and interactive streams, carried between the virtual API server and the host's without looking inside."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from vcluster_syncer.kube.errors import Unreachable
from vcluster_syncer.kubelet.answers import Refusal, virtual_refusal
from vcluster_syncer.kubelet.body import LAST_CHUNK, BadBody, Body, body_of, chunk
from vcluster_syncer.kubelet.head import Header, Request, render_response
from vcluster_syncer.kubelet.host import Answer, Dialing, HostRaw, Spares, ask, read_body
from vcluster_syncer.kubelet.link import Link, splice
from vcluster_syncer.kubelet.paths import PodCall, host_target

if TYPE_CHECKING:
    from vcluster_syncer.kubelet.pods import HostPod

PROTOCOLS: Final = frozenset({"spdy/3.1", "websocket"})
# Credentials, impersonation, cookies and framing of the caller must never reach the host API server.
_PASSED: Final = frozenset(
    {
        "user-agent",
        "x-stream-protocol-version",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-protocol",
        "sec-websocket-version",
    }
)
_GATHER_SECONDS: Final = 0.01
_SMALL: Final = 32 * 1024
"""A busy container's lines come one by one; gathered for a moment they cost a fraction of the wake-ups."""
_RESTARTING: Final = "the virtual control plane is restarting"


class Streams:
    """Opens streams on the host; ``closing`` ends logs with a last line."""

    def __init__(self, host: HostRaw, spares: Spares) -> None:
        self.closing = asyncio.Event()
        self._host = host
        self._spares = spares

    async def upgrade(self, client: Link, request: Request, call: PodCall, pod: HostPod, dialing: Dialing) -> None:
        """Exec, attach or port-forward until either side ends it.

        Not a byte of the caller reaches the host before the host has agreed to the upgrade: it would be taken for
        another request on an authenticated connection.

        Raises:
            Refusal: the host refused, or does not answer.
        """
        if request.upgrade.lower() not in PROTOCOLS:
            raise Refusal(400, "you must ask for an upgrade to SPDY/3.1 or websocket")
        headers: tuple[Header, ...] = (("Connection", "Upgrade"), ("Upgrade", request.upgrade))
        if request.method != "GET":
            headers += (("Content-Length", "0"),)
        answer = await self._ask(request.method, call, pod, headers + request.headers.only(_PASSED), dialing)
        if answer.head.status != 101:
            raise await _refused(answer, pod)
        client.write(answer.raw)
        self._spares.refill()
        await splice(client, answer.link)

    async def logs(self, client: Link, request: Request, call: PodCall, pod: HostPod, dialing: Dialing) -> bool:
        """Log lines as they come; returns whether the caller's connection can serve another request.

        Raises:
            Refusal: the host refused, or does not answer.
        """
        headers = (("Accept", "*/*"), ("Connection", "close"), *request.headers.only(frozenset({"user-agent"})))
        answer = await self._ask("GET", call, pod, headers, dialing)
        if answer.head.status != 200:
            raise await _refused(answer, pod)
        try:
            body = body_of(answer.head)
            content_type = answer.head.headers.get("Content-Type") or "text/plain"
            fields = (("Content-Type", content_type), ("Transfer-Encoding", "chunked"))
            client.write(render_response(200, "OK", fields))
            self._spares.refill()
            return await _Transfer(client, answer.link, body).run(self.closing)
        except BadBody as error:
            raise Refusal(502, f"the host API server's answer is malformed: {error}") from error
        finally:
            answer.link.close()

    async def _ask(
        self, method: str, call: PodCall, pod: HostPod, headers: tuple[Header, ...], dialing: Dialing
    ) -> Answer:
        link = None
        try:
            link = await dialing.take()
            return await ask(link, self._host, method, host_target(call, pod.host), headers)
        except BaseException as error:
            if link is not None:
                link.abort()
            if isinstance(error, Unreachable):
                raise Refusal(503, f"the host cluster does not answer: {error}") from error
            raise


async def _refused(answer: Answer, pod: HostPod) -> Refusal:
    body = await read_body(answer)
    answer.link.close()
    return virtual_refusal(answer.head.status, body, pod.host, pod.virtual)


class _Transfer:
    """One log body on its way. Its end is told apart from an interruption, which becomes a last line.

    The virtual API server reports success to kubectl whatever happens to us, so only the text can say it.
    """

    def __init__(self, client: Link, host: Link, body: Body) -> None:
        self._client = client
        self._host = host
        self._body = body
        self._last = b"\n"
        self._read_at = 0.0
        self._interruption: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def run(self, closing: asyncio.Event) -> bool:
        """Returns whether the client is still there."""
        self._host.feed_into(self._data, self._end, self._client)
        stopping = asyncio.ensure_future(closing.wait())
        try:
            waited: set[asyncio.Future[Any]] = {self._interruption, self._client.closed, stopping}
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopping.cancel()
        if self._client.closed.done():
            return False
        if self._interruption.done():
            self._finish(self._interruption.result())
            return not self._interruption.result()
        self._finish(_RESTARTING)
        return False

    def _finish(self, reason: str) -> None:
        if reason:
            start = b"" if self._last == b"\n" else b"\n"
            self._client.write(chunk(start + f"vcluster: log stream ended early: {reason}\n".encode()))
        self._client.write(LAST_CHUNK)

    def _data(self, data: bytes) -> None:
        if self._interruption.done():
            return
        try:
            payload = self._body.feed(data)
        except BadBody as error:
            self._settle(str(error))
            return
        if payload:
            self._last = payload[-1:]
            self._client.write(chunk(payload))
        if self._body.complete:
            self._settle("")
        elif len(data) < _SMALL:
            self._gather()

    def _gather(self) -> None:
        """Let more arrive before the next read, unless this was the first for a while."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        if now - self._read_at < 2 * _GATHER_SECONDS:
            self._host.transport.pause_reading()
            loop.call_later(_GATHER_SECONDS, self._host.feed_on)
        self._read_at = now

    def _end(self) -> None:
        try:
            self._body.end()
        except BadBody as error:
            self._settle(str(error))
        else:
            self._settle("")

    def _settle(self, reason: str) -> None:
        if not self._interruption.done():
            self._interruption.set_result(reason)
