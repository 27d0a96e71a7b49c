"""Trees of settings with one thing taken out or put in, whose other values keep their places."""

from __future__ import annotations

from typing import Any, Final

from vcluster_config.source.diagnostic import Span
from vcluster_config.source.node import Entry, Items, Mapping, Node, Path, Scalar, mapping, sequence

_NOWHERE: Final = Span("", 1, 1, 1, 1)


def nested(path: tuple[str, ...], value: Any) -> Mapping:
    """A tree with nothing but a value at a path."""
    node = _node(value)
    for key in reversed(path):
        node = mapping(_NOWHERE, (Entry(key, _NOWHERE, node),))
    return node if isinstance(node, Mapping) else mapping(_NOWHERE, ())


def _node(value: Any) -> Node:
    if isinstance(value, dict):
        return mapping(_NOWHERE, [Entry(key, _NOWHERE, _node(item)) for key, item in value.items()])
    if isinstance(value, list):
        return sequence(_NOWHERE, [_node(item) for item in value])
    return Scalar(_NOWHERE, value, str(value), plain=not isinstance(value, str))


def pruned(root: Mapping, path: Path) -> Mapping:
    """The tree without the value at a path."""
    found = _without(root, path)
    return found if isinstance(found, Mapping) else root


def _without(node: Node, path: Path) -> Node:
    step, rest = path[0], path[1:]
    if isinstance(node, Mapping):
        kept = (_entry(entry, step, rest) for entry in node.entries)
        return mapping(node.span, tuple(entry for entry in kept if entry is not None))
    if isinstance(node, Items):
        items = (
            item if index != step else _without(item, rest) if rest else None for index, item in enumerate(node.items)
        )
        return node._replace(items=tuple(item for item in items if item is not None))
    return node


def _entry(entry: Entry, step: str | int, rest: Path) -> Entry | None:
    if entry.key != step:
        return entry
    return entry._replace(value=_without(entry.value, rest)) if rest else None
