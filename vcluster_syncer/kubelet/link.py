"""One byte stream that is first read by hand and then joined to another, without a task or a copy per packet.

asyncio's own streams would do, but each packet would then wake a task twice and be copied twice: measured on exec and
logs, the protocol level halves the work.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING, Any, Final, cast

from vcluster_syncer.kubelet.head import END, MAX_HEAD

if TYPE_CHECKING:
    from collections.abc import Callable

WRITE_BUFFER: Final = 1024 * 1024
"""Bytes waiting for a slow receiver before its sender is paused."""
_READ_BUFFER: Final = 2 * MAX_HEAD
HANDSHAKE_SECONDS: Final = 10.0


class Ended(Exception):
    """The peer closed the connection before sending what was awaited."""


class TooLong(Exception):
    """A head exceeds ``MAX_HEAD``."""


class Link(asyncio.Protocol):
    """A connection. ``read_head`` and ``read_any`` work until a sink or another link takes over."""

    def __init__(self, made: Callable[[Link], None] | None = None) -> None:
        self.transport: asyncio.Transport
        self.at_eof = False
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._made = made
        self._buffer = bytearray()
        self._arrived: asyncio.Event = asyncio.Event()
        self._sink: Callable[[bytes], None] | None = None
        self._ended: Callable[[], None] | None = None
        self._feeder: Link | None = None
        self._target: Link | None = None
        self._writable: asyncio.Event = asyncio.Event()
        self._writable.set()
        self._keep: Any = None

    @classmethod
    def adopt(cls, writer: asyncio.StreamWriter) -> Link:
        """Take a stream's connection over; nothing may have been read from it yet."""
        link = cls()
        link.connection_made(writer.transport)
        # A collected StreamWriter closes its transport.
        link._keep = writer
        writer.transport.set_protocol(link)
        return link

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio, again by nobody: ``start_tls`` swaps the transport."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER)
        if self._made is not None:
            self._made(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        if self._sink is not None:
            self._sink(data)
            return
        self._buffer += data
        if len(self._buffer) > _READ_BUFFER:
            self.transport.pause_reading()
        self._arrived.set()

    def eof_received(self) -> bool:
        """Called by asyncio; plain connections stay open for writing, TLS has no half-closed state in asyncio."""
        self.at_eof = True
        self._arrived.set()
        if self._ended is not None:
            self._ended()
        return self.transport.can_write_eof()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Called by asyncio."""
        self.at_eof = True
        self._arrived.set()
        self._writable.set()
        if not self.closed.done():
            self.closed.set_result(None)
        if self._ended is not None:
            self._ended()

    def pause_writing(self) -> None:
        """Called by asyncio when the receiver is slow."""
        self._writable.clear()
        if self._feeder is not None:
            self._feeder.transport.pause_reading()

    def resume_writing(self) -> None:
        """Called by asyncio when the receiver has caught up."""
        self._writable.set()
        if self._feeder is not None and not self._feeder.transport.is_closing():
            self._feeder.transport.resume_reading()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Become the server side of TLS; reading must be paused before the client was told to begin.

        Raises:
            OSError: the handshake failed (``ssl.SSLError`` is one) or the client left.
        """
        loop = asyncio.get_running_loop()
        transport = await loop.start_tls(
            self.transport, self, context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
        )
        if transport is None:
            raise ConnectionResetError("the client left during the TLS handshake")
        self.transport = transport
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER)

    @property
    def writable(self) -> bool:
        """Whether the receiver keeps up."""
        return self._writable.is_set()

    @property
    def peer_certificate(self) -> bytes:
        """DER of the certificate the client showed, empty when it showed none."""
        tls = self.transport.get_extra_info("ssl_object")
        return (tls.getpeercert(binary_form=True) or b"") if tls is not None else b""

    @property
    def peer_subject(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Subject of the verified certificate the client showed, as the ssl module has it; empty without one."""
        tls = self.transport.get_extra_info("ssl_object")
        return (tls.getpeercert() or {}).get("subject", ()) if tls is not None else ()

    async def read_head(self) -> bytes:
        """Bytes up to and including the empty line that ends a head.

        Raises:
            Ended: the peer closed first.
            TooLong: there is no end within ``MAX_HEAD`` bytes.
        """
        while (stop := self._buffer.find(END, 0, MAX_HEAD)) < 0:
            if len(self._buffer) >= MAX_HEAD:
                raise TooLong
            await self._more()
        return self._take(stop + len(END))

    async def read_any(self) -> bytes:
        """Whatever has arrived, at least one byte; empty at the end of the stream."""
        if not self._buffer:
            try:
                await self._more()
            except Ended:
                return b""
        return self._take(len(self._buffer))

    def write(self, data: bytes) -> None:
        """Queue bytes; dropped when the connection is gone."""
        if data and not self.transport.is_closing():
            self.transport.write(data)

    async def drain(self) -> None:
        """Wait until a slow receiver has caught up, or is gone."""
        await self._writable.wait()

    def feed_into(self, sink: Callable[[bytes], None], ended: Callable[[], None], target: Link) -> None:
        """Hand everything, first what is buffered, to ``sink`` and finally call ``ended``, perhaps more than once.

        Reading pauses while ``target`` is slow.
        """
        target._feeder, self._target = self, target
        if self._buffer:
            sink(self._take(len(self._buffer)))
        self._sink, self._ended = sink, ended
        if self.at_eof:
            ended()
        elif target._writable.is_set():
            self.transport.resume_reading()
        else:
            self.transport.pause_reading()

    def feed_on(self) -> None:
        """Read again after a pause, unless the connection is gone or the receiver is slow."""
        if not self.transport.is_closing() and (self._target is None or self._target.writable):
            self.transport.resume_reading()

    def finish_writing(self) -> None:
        """Tell the peer that nothing more will come, after all that is queued."""
        if self.transport.is_closing():
            return
        if self.transport.can_write_eof():
            self.transport.write_eof()
        else:
            self.close()

    def close(self) -> None:
        """Send what is queued, then close."""
        if self.transport.is_closing():
            return
        self._sink = self._ended = _ignore
        self._buffer.clear()
        # A paused transport would never see the peer's answer to our close.
        self.transport.resume_reading()
        self.transport.close()

    def abort(self) -> None:
        """Close at once and forget what is queued."""
        self._sink = self._ended = _ignore
        self.transport.abort()

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        if not self.at_eof and len(self._buffer) <= _READ_BUFFER:
            self.transport.resume_reading()
        return taken

    async def _more(self) -> None:
        size = len(self._buffer)
        self._arrived.clear()
        if not self.at_eof:
            await self._arrived.wait()
        if len(self._buffer) == size:
            raise Ended


def _ignore(_data: bytes = b"") -> None:
    """Sink of a link that is being closed."""


async def splice(one: Link, other: Link) -> None:
    """Carry bytes both ways until both directions have ended; half-closed connections keep their open half."""
    try:
        _pour(one, other)
        _pour(other, one)
        await one.closed
        await other.closed
    finally:
        one.close()
        other.close()


def _pour(source: Link, target: Link) -> None:
    def ended() -> None:
        if source.closed.done() or target.at_eof:
            target.close()
            source.close()
        else:
            target.finish_writing()

    source.feed_into(target.write, ended, target)
