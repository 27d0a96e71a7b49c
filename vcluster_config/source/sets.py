"""Helm's ``--set`` grammar, so that a command line overrides a file exactly as Helm users expect."""

from __future__ import annotations

import json
import math
import re
from enum import StrEnum
from typing import Final, NamedTuple

from vcluster_config.source import scalars
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Severity, Span
from vcluster_config.source.node import Entry, Items, Mapping, Node, Path, Scalar, mapping, sequence

_MAX_INDEX: Final = 65536  # Helm's own limit
_PLAIN_PATH: Final = re.compile(r"[\w.\[\]\\-]+")


class SetKind(StrEnum):
    """Which flag an assignment came with."""

    TYPED = "--set"
    STRING = "--set-string"
    JSON = "--set-json"
    FILE = "--set-file"
    LITERAL = "--set-literal"


class SetOption(NamedTuple):
    """One ``--set`` option as typed; bytes of the command line that are no text have become question marks.

    Of ``--set-file`` it holds the content of the file in place of its name.
    """

    kind: SetKind
    text: str


class _Malformed(Exception):
    """The option cannot be read; the message says why."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


def apply(root: Mapping, option: SetOption) -> tuple[Mapping, list[Diagnostic]]:
    """Apply one option to a tree."""
    try:
        for path, value in _assignments(option):
            root = _assign(root, path, value)
    except _Malformed as error:
        span = Span(option.kind, 1, error.at + 1, 1, error.at + 2)
        message = f"{option.kind}{_begin(option.text)}, character {error.at + 1}: {error}"
        return root, [Diagnostic(Code.SET_SYNTAX, Severity.ERROR, message, span)]
    return root, []


def _begin(text: str) -> str:
    """The first path, for people to know their option again; never a value, which may be a password."""
    path, equals, _ = text.partition("=")
    return f" {path}=…" if equals and _PLAIN_PATH.fullmatch(path) else ""


def _assignments(option: SetOption) -> list[tuple[Path, Node]]:
    whole = option.kind in (SetKind.JSON, SetKind.FILE, SetKind.LITERAL)
    found, at = [], 0
    while at < len(option.text):
        path, at = _path(option.text, at)
        span = Span(option.kind, 1, at + 1, 1, len(option.text) + 1)
        if whole:
            return [(path, _whole(option, at, span))]
        value, at = _value(option, at, span)
        found.append((path, value))
    if not found:
        raise _Malformed("expected path=value", 0)
    return found


def _whole(option: SetOption, at: int, span: Span) -> Node:
    text = option.text[at:]
    if option.kind is not SetKind.JSON:
        return Scalar(span, text, text, plain=False)
    try:
        return _from_json(json.loads(text, parse_float=_finite, parse_constant=_finite), span)
    except (ValueError, RecursionError) as error:
        raise _Malformed(f"not JSON: {error}", at) from error


def _finite(text: str) -> float:
    """A number as JSON has it, without Python's ``Infinity`` and ``NaN``."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no finite number")
    return number


def _from_json(value: object, span: Span) -> Node:
    if isinstance(value, dict):
        return mapping(span, [Entry(key, span, _from_json(item, span)) for key, item in value.items()])
    if isinstance(value, list):
        return sequence(span, [_from_json(item, span) for item in value])
    assert value is None or isinstance(value, str | int | float | bool)  # noqa: S101 - json gives nothing else
    return Scalar(span, value, str(value), plain=not isinstance(value, str))


def _path(text: str, at: int) -> tuple[Path, int]:
    steps: list[str | int] = []
    name, start = "", at
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            name, at = name + text[at + 1], at + 2
            continue
        if char in ".=[" and name:
            steps.append(name)
            name = ""
        elif char in ".=" and not isinstance(steps[-1] if steps else None, int):
            raise _Malformed("an empty key", at)
        if char == "=":
            return tuple(steps), at + 1
        if char == "[" and not steps:
            raise _Malformed("a path starts with a key", at)
        if char == "[":
            index, at = _index(text, at)
            steps.append(index)
            continue
        if char != ".":
            name += char
        at += 1
    raise _Malformed("expected = after the path", start)


def _index(text: str, at: int) -> tuple[int, int]:
    end = text.find("]", at)
    digits = text[at + 1 : end] if end > 0 else ""
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 5 or int(digits) > _MAX_INDEX:
        raise _Malformed(f"expected a list index from 0 to {_MAX_INDEX} in brackets", at)
    return int(digits), end + 1


def _value(option: SetOption, at: int, span: Span) -> tuple[Node, int]:
    if option.text[at : at + 1] == "{":
        items: list[Node] = []
        at += 1
        while True:
            word, at = _word(option.text, at, ",}")
            if at > len(option.text):
                raise _Malformed("a list that is not closed with }", span.column - 1)
            if word or items or option.text[at - 1] == ",":
                items.append(_scalar(option.kind, word, span))
            if option.text[at - 1] == "}":
                return sequence(span, items), at + 1 if option.text[at : at + 1] == "," else at
    word, at = _word(option.text, at, ",")
    return _scalar(option.kind, word, span), at


def _word(text: str, at: int, stops: str) -> tuple[str, int]:
    """Text up to one of the stops, and the position behind that stop."""
    word = ""
    while at < len(text) and text[at] not in stops:
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        word, at = word + text[at], at + 1
    return word, at + 1


def _scalar(kind: SetKind, text: str, span: Span) -> Scalar:
    if kind is SetKind.STRING or text == "":
        return Scalar(span, text, text, plain=False)
    value = scalars.resolve(text)
    typed = value is None or isinstance(value, bool | int)
    if typed and not scalars.is_odd_boolean(text) and not scalars.is_octal(text):
        return Scalar(span, value, text)
    return Scalar(span, text, text, plain=False)


def _assign(root: Mapping, path: Path, value: Node) -> Mapping:
    made = _put(root, path, value)
    assert isinstance(made, Mapping)  # noqa: S101 - a path starts with a key
    return made


def _put(node: Node | None, path: Path, value: Node) -> Node:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, int):
        items = list(node.items) if isinstance(node, Items) else []
        gap = Scalar(value.span, None, "null")
        items.extend([gap] * (step + 1 - len(items)))
        current = items[step]
        items[step] = _put(None if current is gap else current, rest, value)
        return sequence(node.span if isinstance(node, Items) else value.span, items)
    entries = list(node.entries) if isinstance(node, Mapping) else []
    index = next((i for i, entry in enumerate(entries) if entry.key == step), None)
    changed = Entry(step, value.span, _put(None if index is None else entries[index].value, rest, value))
    if index is None:
        entries.append(changed)
    else:
        kept = entries[index].key_span if rest else value.span
        entries[index] = Entry(step, kept, changed.value)
    return mapping(node.span if isinstance(node, Mapping) else value.span, entries)
