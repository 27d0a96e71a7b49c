"""One notion of a line for everybody who counts them: the breaks that the YAML reader counts."""

from __future__ import annotations

import re
from typing import Final

_BREAK: Final = re.compile("\r\n|[\n\r]")


def lines(text: str) -> list[str]:
    """Lines of a text without their breaks (YAML 1.2, 5.4); one more than there are breaks."""
    return _BREAK.split(text)


def line_starts(text: str) -> list[int]:
    """Index of the first character of each line."""
    return [0, *(match.end() for match in _BREAK.finditer(text))]
