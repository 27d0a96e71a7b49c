"""HTTP/1.1 heads as data, because a splice that lets one odd header through smuggles a request to the host."""

from __future__ import annotations

import re
from typing import Final

import msgspec

MAX_HEAD: Final = 64 * 1024
"""Longest head in bytes; kube-apiserver's own limit is 1 MiB, real ones have a few hundred bytes."""
END: Final = b"\r\n\r\n"

_TOKEN: Final = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TARGET: Final = re.compile(rb"[\x21-\x7e]+")
_VALUE: Final = re.compile(rb"[\t\x20-\x7e\x80-\xff]*")

Header = tuple[str, str]


class BadHead(Exception):
    """The bytes are no HTTP/1.x head; the message says what was found."""


class Headers(msgspec.Struct, frozen=True):
    """Fields in order of arrival, duplicates kept (RFC 9110, 5.3)."""

    fields: tuple[Header, ...] = ()

    def all(self, name: str) -> list[str]:
        """Values of every field called ``name``; names compare without case."""
        wanted = name.lower()
        return [value for key, value in self.fields if key.lower() == wanted]

    def get(self, name: str) -> str:
        """First value of ``name``, or an empty string."""
        return next(iter(self.all(name)), "")

    def tokens(self, name: str) -> list[str]:
        """Members of a comma-separated list header such as Connection, in lower case."""
        return [token.strip().lower() for value in self.all(name) for token in value.split(",") if token.strip()]

    def only(self, names: frozenset[str]) -> tuple[Header, ...]:
        """Fields whose lower-case names are in ``names``, in order."""
        return tuple(field for field in self.fields if field[0].lower() in names)


class Request(msgspec.Struct, frozen=True):
    """A request head."""

    method: str
    target: str
    version: str
    headers: Headers

    @property
    def upgrade(self) -> str:
        """Protocol asked for by ``Connection: Upgrade``, or an empty string (RFC 9110, 7.8)."""
        return self.headers.get("Upgrade") if "upgrade" in self.headers.tokens("Connection") else ""

    @property
    def has_body(self) -> bool:
        """Whether body bytes follow the head (RFC 9112, 6)."""
        return bool(self.headers.all("Transfer-Encoding")) or any(
            length.strip() != "0" for length in self.headers.all("Content-Length")
        )

    @property
    def keeps_alive(self) -> bool:
        """Whether the sender expects to use the connection again (RFC 9112, 9.3)."""
        return self.version == "HTTP/1.1" and "close" not in self.headers.tokens("Connection")


class Response(msgspec.Struct, frozen=True):
    """A response head."""

    status: int
    reason: str
    headers: Headers


def parse_request(raw: bytes) -> Request:
    """Read a request head that ends in an empty line.

    Raises:
        BadHead: it is malformed. Bare line feeds and folded lines count as such (RFC 9112, 2.2 and 5.2).
    """
    first, headers = _split(raw)
    parts = first.split(b" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or not _TARGET.fullmatch(parts[1]):
        raise BadHead(f"{first[:80]!r} is no request line")
    if parts[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        raise BadHead(f"protocol {parts[2][:20]!r} is neither HTTP/1.1 nor HTTP/1.0")
    return Request(parts[0].decode(), parts[1].decode(), parts[2].decode(), headers)


def parse_response(raw: bytes) -> Response:
    """Read a response head that ends in an empty line.

    Raises:
        BadHead: it is malformed.
    """
    first, headers = _split(raw)
    version, _, rest = first.partition(b" ")
    code, _, reason = rest.partition(b" ")
    if version not in (b"HTTP/1.1", b"HTTP/1.0") or not re.fullmatch(rb"[1-9][0-9][0-9]", code):
        raise BadHead(f"{first[:80]!r} is no status line")
    return Response(int(code), reason.decode("latin-1"), headers)


def render_request(method: str, target: str, headers: tuple[Header, ...]) -> bytes:
    """Bytes of a request head."""
    return _render(f"{method} {target} HTTP/1.1", headers)


def render_response(status: int, reason: str, headers: tuple[Header, ...]) -> bytes:
    """Bytes of a response head."""
    return _render(f"HTTP/1.1 {status} {reason}", headers)


def _render(first: str, headers: tuple[Header, ...]) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    if any("\r" in line or "\n" in line for line in lines):
        raise BadHead("a line break inside a header")
    return "\r\n".join(lines).encode("latin-1") + END


def _split(raw: bytes) -> tuple[bytes, Headers]:
    if not raw.endswith(END):
        raise BadHead("the head does not end in an empty line")
    first, *lines = raw[: -len(END)].split(b"\r\n")
    return first, Headers(tuple(_field(line) for line in lines))


def _field(line: bytes) -> Header:
    name, colon, value = line.partition(b":")
    if not colon or not _TOKEN.fullmatch(name) or not _VALUE.fullmatch(value):
        raise BadHead(f"{line[:80]!r} is no header")
    return name.decode(), value.strip(b" \t").decode("latin-1")
