"""Message bodies cut out of the byte stream, so that the end of a log is known from a broken connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from vcluster_syncer.kubelet.head import Response

LAST_CHUNK: Final = b"0\r\n\r\n"
_MAX_LINE: Final = 4096


class BadBody(Exception):
    """The framing is broken; what came before is valid."""


class Body(Protocol):
    """Cuts the payload out of what arrives."""

    complete: bool
    """Whether the last byte of the body has been seen."""

    def feed(self, data: bytes) -> bytes:
        """Payload contained in ``data``; bytes after the body are dropped.

        Raises:
            BadBody: the framing is broken.
        """
        ...

    def end(self) -> None:
        """The connection has ended.

        Raises:
            BadBody: before the body was complete.
        """
        ...


class ChunkedBody:
    """``Transfer-Encoding: chunked`` (RFC 9112, 7.1); extensions and trailers are skipped."""

    def __init__(self) -> None:
        self.complete = False
        self._left = 0
        self._pending = b""
        self._trailers = False

    def feed(self, data: bytes) -> bytes:
        """Payload of all chunks, whole or partial, in ``data``."""
        if self._pending:
            data, self._pending = self._pending + data, b""
        position, size, parts = 0, len(data), []
        while position < size and not self.complete:
            if self._left > 2:
                stop = min(position + self._left - 2, size)
                parts.append(data[position:stop])
                self._left -= stop - position
                position = stop
            elif self._left:
                stop = min(position + self._left, size)
                if data[position:stop] != b"\r\n"[2 - self._left : 2 - self._left + stop - position]:
                    raise BadBody("a chunk does not end where its size says")
                self._left -= stop - position
                position = stop
            else:
                position = self._line(data, position)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def end(self) -> None:
        """The connection has ended."""
        if not self.complete:
            raise BadBody("the connection ended before the last chunk")

    def _line(self, data: bytes, position: int) -> int:
        """Read one size or trailer line; returns where the next thing starts."""
        stop = data.find(b"\r\n", position)
        if stop < 0:
            self._pending = data[position:]
            if len(self._pending) > _MAX_LINE:
                raise BadBody("a chunk's size line is too long")
            return len(data)
        line = data[position:stop]
        if self._trailers:
            self.complete = not line
        else:
            self._start(line)
        return stop + 2

    def _start(self, line: bytes) -> None:
        digits = line.split(b";", 1)[0].strip()
        if not digits or digits.strip(b"0123456789abcdefABCDEF") or len(digits) > 15:
            raise BadBody(f"{line[:40]!r} is no chunk size")
        length = int(digits, 16)
        self._trailers = length == 0
        self._left = length + 2 if length else 0


class SizedBody:
    """``Content-Length`` known ahead (RFC 9112, 6.2)."""

    def __init__(self, length: int) -> None:
        self._left = length
        self.complete = length == 0

    def feed(self, data: bytes) -> bytes:
        """At most what is left of the body."""
        part = data[: self._left]
        self._left -= len(part)
        self.complete = self._left == 0
        return part

    def end(self) -> None:
        """The connection has ended."""
        if not self.complete:
            raise BadBody(f"the connection ended {self._left} bytes early")


class UntilCloseBody:
    """Everything until the connection ends (RFC 9112, 6.3, rule 8)."""

    complete = False

    def feed(self, data: bytes) -> bytes:
        """All of it."""
        return data

    def end(self) -> None:
        """The connection has ended, and so has the body."""
        self.complete = True


def body_of(response: Response) -> Body:
    """How the body after ``response`` is framed.

    Raises:
        BadBody: the framing headers contradict each other or are unknown.
    """
    codings = response.headers.tokens("Transfer-Encoding")
    lengths = set(response.headers.all("Content-Length"))
    if codings:
        if codings != ["chunked"] or lengths:
            raise BadBody(f"transfer coding {codings} with content length {sorted(lengths)}")
        return ChunkedBody()
    if response.status in (204, 304):
        return SizedBody(0)
    if not lengths:
        return UntilCloseBody()
    length = lengths.pop()
    if lengths or not length.isascii() or not length.isdigit():
        raise BadBody("more than one content length, or none that is a number")
    return SizedBody(int(length))


def chunk(payload: bytes) -> bytes:
    """One chunk around ``payload``; an empty payload gives nothing, because an empty chunk ends a body."""
    return b"%x\r\n%b\r\n" % (len(payload), payload) if payload else b""
