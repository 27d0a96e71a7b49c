"""Messages of the Language Server Protocol: framing, and positions in the units the client counts in."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from vcluster_config.source.diagnostic import Span

Message = dict[str, Any]
PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603


class Refused(Exception):
    """A message that cannot be served; ``code`` is JSON-RPC's (JSON-RPC 2.0, "Error object")."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def read(stream: IO[bytes]) -> Message | None:
    """Next message, whose method is text; None at the end of the stream (LSP 3.17, "Base Protocol").

    Raises:
        Refused: what came is no such message; the stream goes on behind it.
    """
    length = ""
    while line := stream.readline():
        name, _, value = line.decode("ascii", "replace").partition(":")
        if name.lower() == "content-length":
            length = value.strip()
        elif not line.strip():
            if not length.isdigit():
                raise Refused(PARSE_ERROR, "a header needs Content-Length with a number of bytes")
            return _message(stream.read(int(length)))
    return None


def _message(body: bytes) -> Message:
    try:
        message: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(PARSE_ERROR, f"the message is not JSON: {error}") from error
    if not isinstance(message, dict) or not isinstance(message.get("method", ""), str):
        raise Refused(INVALID_REQUEST, "a message is an object whose method is text")
    return message


def write(stream: IO[bytes], message: Message) -> None:
    """Send a message; half of a surrogate pair, which is no text, goes out as a question mark."""
    body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode("utf-8", "replace")
    stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    stream.flush()


class Units:
    """Columns as the client counts them: UTF-16 code units, unless it agreed to code points."""

    def __init__(self, *, code_points: bool) -> None:
        self.code_points = code_points

    def column(self, line: str, index: int) -> int:
        """Client's column of a character index."""
        return index if self.code_points else len(line[:index].encode("utf-16-le", "surrogatepass")) // 2

    def index(self, line: str, column: int) -> int:
        """Character index of a client's column."""
        if self.code_points:
            return column
        return len(line.encode("utf-16-le", "surrogatepass")[: 2 * column].decode("utf-16-le", "ignore"))

    def range(self, span: Span, lines: list[str]) -> Message:
        """A span as an LSP range."""
        return {
            "start": self._position(span.line, span.column, lines),
            "end": self._position(span.end_line, span.end_column, lines),
        }

    def _position(self, line: int, column: int, lines: list[str]) -> Message:
        text = lines[line - 1] if line <= len(lines) else ""
        return {"line": line - 1, "character": self.column(text, column - 1)}
