"""How a rule says what is wrong, in the terms of the model's own errors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from vcluster_config.model.grammars import DNS_LABEL, LABEL_VALUE, QUALIFIED
from vcluster_config.source.node import Path

Json = dict[str, Any]
Breach = tuple[Path, dict[str, Any]]
Rule = Callable[[Json], Iterator[Breach]]

_NAME: Final = r"(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*"
_KEY: Final = rf"({_NAME.replace('$', '/')}/)?{QUALIFIED}"
_PORT: Final = r"(?=.{1,15}$)(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?"
LABEL: Final = (DNS_LABEL, "lower-case letters, digits and hyphens, at most 63")
NAME: Final = (_NAME, "lower-case letters, digits, hyphens and dots")
KEY: Final = (_KEY, "a label key such as example.com/name")
VALUE: Final = (LABEL_VALUE, "at most 63 letters, digits, dots, hyphens and underscores")
PORT: Final = (_PORT, "a number, or a name of at most 15 lower-case letters, digits and hyphens")


def clash(path: Path, message: str, advice: str) -> Breach:
    """Fields that do not go together; ``message`` follows the path in a sentence."""
    return path, {"type": "clash", "msg": message, "ctx": {"advice": advice}}


def missing(*path: str | int) -> Breach:
    """A key that is needed here."""
    return path, {"type": "missing"}


def unfit(path: Path, expected: str) -> Breach:
    """A value that cannot be read as what it stands for."""
    return path, {"type": "unfit", "ctx": {"expected": expected}}


def lacking(item: Json, key: str, expected: str) -> Breach:
    """A key that is needed here, and is not there or holds too little."""
    return unfit((key,), expected) if key in item else missing(key)


def at_least(low: int, value: Any, *path: str | int) -> Iterator[Breach]:
    """A number that is given and too small."""
    if value is not None and value < low:
        yield path, {"type": "greater_than_equal", "ctx": {"ge": low}}


def at_most(high: int, value: Any, *path: str | int) -> Iterator[Breach]:
    """A number that is given and too large."""
    if value is not None and value > high:
        yield path, {"type": "less_than_equal", "ctx": {"le": high}}


def spelled(form: tuple[str, str], value: Any, *path: str | int) -> Iterator[Breach]:
    """A text that is given and has another form."""
    if isinstance(value, str) and re.fullmatch(form[0], value) is None:
        yield unfit(path, form[1])


def needed(item: Json, *keys: str) -> Iterator[Breach]:
    """Keys that must be there and hold something."""
    for key in keys:
        if key not in item:
            yield missing(key)
        elif item[key] in ("", [], {}):
            yield unfit((key,), "something" if item[key] == "" else "at least one entry")


def one_of(item: Json, keys: Iterable[str], what: str, *, optional: bool = False) -> Iterator[Breach]:
    """Exactly one of several keys, or at most one."""
    choices = tuple(keys)
    given = [key for key in item if key in choices]
    for key in given[1:]:
        yield clash((key,), f"stands beside {given[0]}, and {what} is one of them", "keep one of them")
    if not given and not optional:
        yield clash((), f"is no {what}", f"give it one of {', '.join(choices)}")


def unique(items: Iterable[Any], path: Callable[[int], Path], what: str) -> Iterator[Breach]:
    """Things of which each may be there once; None is none of them."""
    seen: dict[Any, int] = {}
    for index, item in enumerate(items):
        if item is not None and seen.setdefault(item, index) != index:
            yield clash(path(index), f"is there twice, and {what}", "make it another one, or remove it")


def inside(path: str) -> bool:
    """Whether a path stays below where it starts."""
    return not path.startswith("/") and ".." not in path.split("/")
