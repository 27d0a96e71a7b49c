"""Messages of the Language Server Protocol: framing, and positions in the units the client counts in."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vcluster_config.source.diagnostic import Span

Message = dict[str, Any]


def read(stream: IO[bytes]) -> Message | None:
    """Next message; None at the end of the stream (LSP 3.17, "Base Protocol")."""
    length = 0
    while line := stream.readline():
        name, _, value = line.decode("ascii", "replace").partition(":")
        if name.lower() == "content-length":
            length = int(value)
        elif not line.strip():
            message: Message = json.loads(stream.read(length))
            return message
    return None


def write(stream: IO[bytes], message: Message) -> None:
    """Send a message."""
    body = json.dumps({"jsonrpc": "2.0", **message}, ensure_ascii=False).encode()
    stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    stream.flush()


class Units:
    """Columns as the client counts them: UTF-16 code units, unless it agreed to code points."""

    def __init__(self, *, code_points: bool) -> None:
        self.code_points = code_points

    def column(self, line: str, index: int) -> int:
        """Client's column of a character index."""
        return index if self.code_points else len(line[:index].encode("utf-16-le")) // 2

    def index(self, line: str, column: int) -> int:
        """Character index of a client's column."""
        if self.code_points:
            return column
        return len(line.encode("utf-16-le")[: 2 * column].decode("utf-16-le", "ignore"))

    def range(self, span: Span, lines: list[str]) -> Message:
        """A span as an LSP range."""
        return {
            "start": self._position(span.line, span.column, lines),
            "end": self._position(span.end_line, span.end_column, lines),
        }

    def _position(self, line: int, column: int, lines: list[str]) -> Message:
        text = lines[line - 1] if line <= len(lines) else ""
        return {"line": line - 1, "character": self.column(text, column - 1)}
