"""One HTTP/1.1 connection, written at protocol level because that costs a third of the CPU of a general client."""

from __future__ import annotations

import asyncio
import socket
from typing import Final, NamedTuple, cast

import httptools

from vcluster_syncer.kube.errors import Unreachable

STREAM_HIGH_WATER: Final = 4 * 1024 * 1024
"""Unread bytes of a streamed body at which we stop reading from the socket."""
_KEEP_ALIVE: Final = (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3), ("TCP_USER_TIMEOUT", 60_000))
_BODILESS: Final = frozenset({204, 304})


class Response(NamedTuple):
    """A complete answer."""

    status: int
    body: bytes
    retry_after: str


class Connection(asyncio.Protocol):
    """Carries one exchange at a time; a failed or abandoned exchange closes it.

    Every failure is raised as ``Unreachable(sent=True)``: once bytes were handed to the kernel, nobody can know
    whether the server acted on them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._transport: asyncio.Transport
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._chunks: list[bytes] = []
        self._pending = 0
        self._streaming = False
        self._headers_done = False
        self._framed = False
        self._keep_alive = True
        self._surplus = False
        self._status = 0
        self._retry_after = ""
        self._error: Unreachable | None = None
        self.open = False
        self.complete = True
        """Whether no exchange is under way."""
        self.answered = False
        """Whether any byte of the current answer has come."""
        self.uses = 0
        self.idle_since = 0.0

    @property
    def reusable(self) -> bool:
        """Whether another exchange may follow (RFC 9112, 9.3)."""
        return self.open and self.complete and self._keep_alive and not self._transport.is_closing()

    async def exchange(self, payload: bytes, timeout: float) -> Response:
        """Send a whole request and read the whole answer within ``timeout`` seconds."""
        self._begin(payload, streaming=False)
        waiter = self._waiter = self._loop.create_future()
        timer = self._loop.call_later(timeout, self._expire, timeout)
        try:
            await waiter
        except BaseException:
            self.abort()
            raise
        finally:
            timer.cancel()
        return Response(self._status, b"".join(self._chunks), self._retry_after)

    async def begin_stream(self, payload: bytes, timeout: float) -> int:
        """Send a request and return the status of the answer as soon as its head is there."""
        self._begin(payload, streaming=True)
        timer = self._loop.call_later(timeout, self._expire, timeout)
        try:
            while not self._headers_done:
                await self._progress()
        finally:
            timer.cancel()
        return self._status

    async def read(self) -> bytes:
        """All body bytes that have come since the last call; empty at the end of the body."""
        while not self._chunks:
            if self._error is None and self.complete:
                return b""
            await self._progress()
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        if self._pending > STREAM_HIGH_WATER and self.open:
            self._transport.resume_reading()
        self._pending = 0
        return data

    def abort(self) -> None:
        """Drop the connection without flushing."""
        if self.open:
            self.open = False
            self._transport.abort()

    def _begin(self, payload: bytes, *, streaming: bool) -> None:
        self._chunks = []
        self._pending = 0
        self._streaming = streaming
        self._headers_done = self._framed = self.answered = self.complete = False
        self._retry_after = ""
        self._error = None
        self.uses += 1
        if not self.open:
            raise Unreachable("connection closed before the request was sent", sent=False)
        self._transport.write(payload)

    async def _progress(self) -> None:
        """Wait until more of the answer has come; being cancelled here closes the connection."""
        if self._error is not None:
            raise self._error
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        except BaseException:
            self.abort()
            raise

    def _wake(self) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def _fail(self, message: str) -> None:
        if self._error is not None or self.complete:
            return
        self._error = Unreachable(message, sent=True)
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(self._error)

    def _expire(self, timeout: float) -> None:
        self._fail(f"no answer within {timeout:g} s")
        self.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self._transport = cast("asyncio.Transport", transport)
        self.open = True
        probe_silent_peers(transport.get_extra_info("socket"))

    def data_received(self, data: bytes) -> None:
        """Called by asyncio; nothing may come outside an exchange."""
        if self.complete:
            self.abort()
            return
        self.answered = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"malformed answer: {error}")
            self.abort()
        if self.complete or self._streaming:
            self._wake()

    def eof_received(self) -> None:
        """A body without length ends with the connection (RFC 9112, 6.3)."""
        if self._headers_done and not self._framed and not self.complete:
            self.complete = True
            self.open = False
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Called by asyncio."""
        self.open = False
        if not self.complete and self._headers_done and not self._framed and exc is None:
            self.complete = True
            self._wake()
        self._fail(
            f"connection lost: {exc}" if exc else "connection closed by the server before the answer was complete"
        )

    def on_message_begin(self) -> None:
        """Called by the parser; whatever follows a complete answer belongs to nobody (response splitting)."""
        self._surplus = self.complete
        if self._surplus:
            self._keep_alive = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Called by the parser; almost all headers are of no interest."""
        size = len(name)
        if size in (14, 17) and name.lower() in (b"content-length", b"transfer-encoding"):
            self._framed = True
        elif size == 11 and name.lower() == b"retry-after":
            self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Called by the parser; informational answers (1xx) come before the real one."""
        if self._surplus:
            return
        self._status = self._parser.get_status_code()
        if self._status >= 200:
            self._headers_done = True
        if self._status in _BODILESS:
            self._framed = True

    def on_body(self, body: bytes) -> None:
        """Called by the parser; a streamed body nobody reads stops the socket."""
        if self._surplus:
            return
        self._chunks.append(body)
        if self._streaming:
            before, self._pending = self._pending, self._pending + len(body)
            if before <= STREAM_HIGH_WATER < self._pending:
                self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """Called by the parser."""
        if not self._surplus and self._status >= 200:
            self.complete = True
            self._keep_alive = self._parser.should_keep_alive()


def probe_silent_peers(sock: socket.socket | None) -> None:
    """Let the kernel find peers that vanished without a word; a watch would wait for them forever."""
    if sock is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in _KEEP_ALIVE:
        if hasattr(socket, option):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
