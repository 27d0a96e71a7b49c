"""One byte stream that is first read by hand and then joined to another, without a task or a copy per packet.

asyncio's own streams would do, but each packet would then wake a task twice and be copied twice: measured on exec and
logs, the protocol level halves the work.
"""

from __future__ import annotations

import asyncio
import contextlib
from ssl import SSLError
from typing import TYPE_CHECKING, Final, cast

from vcluster_syncer.kubelet.head import END, MAX_HEAD
from vcluster_syncer.kubelet.records import Records

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

WRITE_BUFFER: Final = 1024 * 1024
"""Bytes waiting for a slow receiver before its sender is paused."""
_READ_BUFFER: Final = 2 * MAX_HEAD
HANDSHAKE_SECONDS: Final = 10.0
LINGER_SECONDS: Final = 30.0
"""How long a receiver may take nothing of what is left for it before it is given up."""


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
        self._records: Records | None = None
        self._shaken: asyncio.Future[None] | None = None
        self._finished = False
        self._lingering: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Called by asyncio."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=WRITE_BUFFER)
        if self._made is not None:
            self._made(self)

    def data_received(self, data: bytes) -> None:
        """Called by asyncio."""
        if self._lingering is not None:
            return
        if self._records is None:
            self._deliver(data)
            return
        try:
            plaintext = self._records.receive(data)
        except SSLError as error:
            self._fail(error)
            return
        self._flush()
        if self._records.established:
            self._settle(None)
        if plaintext:
            self._deliver(plaintext)
        if self._records.peer_finished and not self.at_eof:
            self._peer_finished()
            # Over TLS both directions end at once, in Go and elsewhere, and some peers wait for our answer to it.
            self._leave()

    def eof_received(self) -> bool:
        """Called by asyncio; a plain connection stays open for writing."""
        self._peer_finished()
        return self._lingering is None and self._records is None

    def connection_lost(self, _exc: Exception | None) -> None:
        """Called by asyncio."""
        if self._lingering is not None:
            self._lingering.cancel()
        self._settle(ConnectionResetError("the peer left during the TLS handshake"))
        self._writable.set()
        if not self.closed.done():
            self.closed.set_result(None)
        self._peer_finished()

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

    async def start_tls(self, context: ssl.SSLContext, server_hostname: str | None = None) -> None:
        """Speak TLS from now on, whose first bytes may have been received already.

        Args:
            context: whether it is for a client or a server says which of both we are.
            server_hostname: what a client expects the server's certificate to name.

        Raises:
            OSError: the handshake failed (``ssl.SSLError`` is one) or the peer left.
        """
        if self.at_eof:
            raise ConnectionResetError("the peer left before the TLS handshake")
        self._records, self._shaken = Records(context, server_hostname), asyncio.get_running_loop().create_future()
        self.data_received(self._take(len(self._buffer)))
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                await self._shaken
        except TimeoutError as error:
            raise ConnectionAbortedError(f"no TLS handshake within {HANDSHAKE_SECONDS:g} s") from error

    @property
    def writable(self) -> bool:
        """Whether the receiver keeps up."""
        return self._writable.is_set()

    @property
    def peer_certificate(self) -> bytes:
        """DER of the certificate the client showed, empty when it showed none."""
        return (self._records.tls.getpeercert(binary_form=True) or b"") if self._records is not None else b""

    @property
    def peer_subject(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """Subject of the verified certificate the client showed, as the ssl module has it; empty without one."""
        subject = (self._records.tls.getpeercert() or {}).get("subject", ()) if self._records is not None else ()
        return cast("tuple[tuple[tuple[str, str], ...], ...]", subject)

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
        """Queue bytes; dropped when the connection is gone or ``finish_writing`` was called."""
        if not data or self._finished or self.transport.is_closing():
            return
        if self._records is None:
            self.transport.write(data)
        else:
            self._records.send(data)
            self._flush()

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
        if self._finished or self.transport.is_closing():
            return
        self._finished = True
        if self._records is not None:
            self._records.finish()
            self._flush()
        # A connection that the peer has reset cannot be shut down; asyncio is about to tell so.
        with contextlib.suppress(OSError):
            self.transport.write_eof()

    def close(self) -> None:
        """Send what is queued, then close.

        The peer is read until it closes too: what arrives at a closed socket resets the connection, and the peer would
        lose what is still on its way.
        """
        if self._lingering is not None or self.transport.is_closing():
            return
        self._sink = self._ended = _ignore
        self._buffer.clear()
        # A paused transport would never see the peer's answer to our close.
        self.transport.resume_reading()
        self._leave()

    def abort(self) -> None:
        """Close at once and forget what is queued."""
        self._sink = self._ended = _ignore
        self.transport.abort()

    def _leave(self) -> None:
        self.finish_writing()
        self._linger(self.transport.get_write_buffer_size())
        if self.at_eof:
            self.transport.close()

    def _linger(self, left: int) -> None:
        self._lingering = asyncio.get_running_loop().call_later(LINGER_SECONDS, self._linger_on, left)

    def _linger_on(self, left: int) -> None:
        if (size := self.transport.get_write_buffer_size()) < left:
            self._linger(size)
        else:
            self.transport.abort()

    def _deliver(self, data: bytes) -> None:
        if self._sink is not None:
            self._sink(data)
            return
        self._buffer += data
        if len(self._buffer) > _READ_BUFFER:
            self.transport.pause_reading()
        self._arrived.set()

    def _peer_finished(self) -> None:
        self.at_eof = True
        self._arrived.set()
        if self._ended is not None:
            self._ended()

    def _flush(self) -> None:
        if self._records is not None and (ciphertext := self._records.outgoing()):
            self.transport.write(ciphertext)

    def _fail(self, error: SSLError) -> None:
        self._flush()
        self._settle(error)
        self.close()

    def _settle(self, error: OSError | None) -> None:
        """End the wait for the handshake."""
        if self._shaken is None or self._shaken.done():
            return
        if error is None:
            self._shaken.set_result(None)
        else:
            self._shaken.set_exception(error)

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
        await asyncio.wait({one.closed, other.closed}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        one.close()
        other.close()
    await one.closed
    await other.closed


def _pour(source: Link, target: Link) -> None:
    def ended() -> None:
        if source.closed.done() or target.at_eof:
            target.close()
            source.close()
        else:
            target.finish_writing()

    source.feed_into(target.write, ended, target)
