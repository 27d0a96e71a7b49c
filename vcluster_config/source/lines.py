"""One notion of a line for everybody who counts them: the breaks that the YAML reader counts."""

from __future__ import annotations

import re
from typing import Final

_BREAK: Final = re.compile("\r\n|[\n\r]")
_HALF: Final = re.compile(r"[\ud800-\udfff]")


def has_halves(text: str) -> bool:
    """Whether a text has halves of surrogate pairs: bytes that are not UTF-8, or escapes that were not joined."""
    return _HALF.search(text) is not None


def without_halves(text: str) -> str:
    """The text, as long as before, with a character that can be written in place of each half."""
    return _HALF.sub("\N{REPLACEMENT CHARACTER}", text)


def lines(text: str) -> list[str]:
    """Lines of a text without their breaks (YAML 1.2, 5.4); one more than there are breaks."""
    return _BREAK.split(text)


def line_starts(text: str) -> list[int]:
    """Index of the first character of each line."""
    return [0, *(match.end() for match in _BREAK.finditer(text))]
