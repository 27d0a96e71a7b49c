"""A YAML writer whose bytes depend on the data alone and that YAML 1.1 readers (Helm) and 1.2 readers agree on.

General writers leave words such as ``on`` or ``012`` plain, which a YAML 1.1 reader turns into a boolean or a number.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN: Final = re.compile(r"(?:--)?[A-Za-z_/][A-Za-z0-9_./=@-]*(?:[:,][A-Za-z0-9_./=@-]+)*")
_WORDS: Final = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])
_EXPONENT: Final = re.compile(r"^(-?\d+)e")
_FLOW_WIDTH: Final = 80


def dump(document: Any) -> str:
    """Write mappings in their own order, two spaces deep; multi-line strings as literal blocks.

    Raises:
        TypeError: a value is no JSON.
    """
    return "".join(f"{line}\n" for line in _lines(document))


def _lines(value: Any) -> Iterator[str]:
    if isinstance(value, dict) and value:
        yield from _mapping(value)
    elif isinstance(value, (list, tuple)) and value:
        flow = _flow(value)
        yield from [flow] if flow else _sequence(value)
    else:
        yield from _scalar(value)


def _mapping(value: dict[str, Any]) -> Iterator[str]:
    for key, item in value.items():
        first, *rest = _lines(item)
        if _is_block(item):
            yield f"{_string(key)}:"
            yield from _indented([first, *rest])
        else:
            yield f"{_string(key)}: {first}"
            yield from _indented(rest)


def _flow(value: list[Any] | tuple[Any, ...]) -> str | None:
    """A short list of words on one line; None when it does not fit or a comma would be read as a separator."""
    if not all(isinstance(item, str) and "," not in item and _is_plain(item) for item in value):
        return None
    line = f"[{', '.join(value)}]"
    return line if len(line) <= _FLOW_WIDTH else None


def _sequence(value: list[Any] | tuple[Any, ...]) -> Iterator[str]:
    for item in value:
        first, *rest = _lines(item)
        yield f"- {first}"
        yield from _indented(rest)


def _indented(lines: list[str]) -> Iterator[str]:
    for line in lines:
        yield f"  {line}" if line else ""


def _is_block(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value)
    return isinstance(value, (list, tuple)) and bool(value) and _flow(value) is None


def _scalar(value: Any) -> Iterator[str]:
    if isinstance(value, str) and _fits_literal(value):
        yield "|"
        yield from value[:-1].split("\n")
    elif isinstance(value, str):
        yield _string(value)
    elif value is None or isinstance(value, (bool, int, float, dict, list, tuple)):
        # YAML 1.1 reads 1e-05 as text: its numbers need a dot before the exponent.
        yield _EXPONENT.sub(r"\1.0e", json.dumps(value, allow_nan=False))
    else:
        raise TypeError(f"{type(value).__name__} has no YAML form")


def _fits_literal(value: str) -> bool:
    """Literal blocks keep text byte for byte when it ends with one newline, is printable and starts at the margin."""
    body = value.removesuffix("\n")
    return (
        "\n" in body
        and value != body
        and not body.endswith("\n")
        and not body.startswith((" ", "\n"))
        and body.replace("\n", "").isprintable()
    )


def _is_plain(value: str) -> bool:
    return _PLAIN.fullmatch(value) is not None and value.lower() not in _WORDS


def _string(value: str) -> str:
    if _is_plain(value):
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in quoted)
