"""Where a cursor is, read from lines and indentation, because a file is rarely valid while somebody types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_KEY: Final = re.compile(r"^(\s*(?:- +)*)(?:\"([^\"]*)\"|'([^']*)'|([^\s:#'\"\[\]{},][^:#]*?))\s*:(?:\s|$)(.*)")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Keys above the cursor, the key of its own line, and whether it stands behind that key's colon."""

    parents: tuple[str, ...]
    key: str
    in_value: bool

    @property
    def path(self) -> tuple[str, ...]:
        """Path of the setting on the cursor's line."""
        return (*self.parents, self.key) if self.key else self.parents


def cursor(lines: list[str], number: int, index: int) -> Cursor:
    """Describe a position; line and index count from 0."""
    line = lines[number] if number < len(lines) else ""
    match = _KEY.match(line)
    indent = _indent(line, index)
    parents = tuple(reversed(list(_parents(lines, number, indent))))
    if match is None:
        return Cursor(parents, "", in_value=False)
    colon = match.start(5) if match[5] is not None else len(line)
    return Cursor(parents, _name(match), in_value=index >= colon and index > line.find(":"))


def sibling_keys(lines: list[str], number: int, indent: int) -> set[str]:
    """Keys already given in the mapping around a line."""
    found: set[str] = set()
    for step in (-1, 1):
        at = number + step
        while 0 <= at < len(lines):
            if lines[at].strip() and not lines[at].lstrip().startswith("#"):
                here = _indent(lines[at], len(lines[at]))
                if here < indent:
                    break
                match = _KEY.match(lines[at])
                if here == indent and match:
                    found.add(_name(match))
            at += step
    return found


def _parents(lines: list[str], number: int, indent: int) -> Iterator[str]:
    """Keys of lines above that are indented less and less, with ``[]`` for each list item on the way."""
    own = lines[number] if number < len(lines) else ""
    if own.lstrip().startswith("- "):
        yield "[]"
        indent = len(own) - len(own.lstrip())
        inclusive = True
    else:
        inclusive = False
    for line in reversed(lines[:number]):
        match = _KEY.match(line)
        if match is None:
            continue
        dash = len(line) - len(line.lstrip())
        start = len(match[1])
        if start < indent or (inclusive and start == indent and start == dash):
            yield _name(match)
            inclusive = False
            if start > dash:
                yield "[]"
                inclusive = True
            indent = dash
        elif start == indent and start > dash:  # the first key of the list item that this line goes on with
            yield "[]"
            inclusive, indent = True, dash


def _indent(line: str, index: int) -> int:
    match = _KEY.match(line)
    if match is not None:
        return len(match[1])
    blank = len(line) - len(line.lstrip())
    text = line.strip()
    if text.startswith("- "):
        return blank + 2
    return blank if text else max(index, blank)


def _name(match: re.Match[str]) -> str:
    return next(part for part in match.group(2, 3, 4) if part is not None)
