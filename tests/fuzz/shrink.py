"""Makes a failing input small, because a page of noise hides what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.fuzz.case import Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TRIES: Final = 1500


def shrink(case: Case, fails: Callable[[Case], bool]) -> Case:
    """Leave out lines, then pieces, then characters, as long as it fails in the same way."""
    tries = 0
    smaller = True
    while smaller and tries < _TRIES:
        smaller = False
        for candidate in _smaller(case):
            tries += 1
            if fails(candidate):
                case, smaller = candidate, True
                break
            if tries >= _TRIES:
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for index in range(len(case.parts) - 1, -1, -1):
        for text in _shorter(case.parts[index]):
            yield Case(case.target, (*case.parts[:index], text, *case.parts[index + 1 :]))


def _shorter(text: str) -> Iterator[str]:
    for unit in (text.split("\n"), list(text)):
        glue = "\n" if len(unit) != len(text) else ""
        size = len(unit) // 2
        while size:
            for start in range(0, len(unit), size):
                yield glue.join(unit[:start] + unit[start + size :])
            size //= 2
