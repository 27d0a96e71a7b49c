"""Values with positions, which outlive merging so that each value's origin stays known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vcluster_config.source.diagnostic import Span

Path = tuple[str | int, ...]
ScalarValue = str | int | float | bool | None


class Scalar(NamedTuple):
    """A leaf: its value, and the text it was written as. ``plain`` means written without quotes."""

    span: Span
    value: ScalarValue
    text: str
    plain: bool = True
    size: int = 1


class Entry(NamedTuple):
    """A key with its value; ``merged_at`` is where a ``<<`` or an alias pulled it in from elsewhere."""

    key: str
    key_span: Span
    value: Node
    merged_at: Span | None = None


class Mapping(NamedTuple):
    """Keys in order of appearance, each once."""

    span: Span
    entries: tuple[Entry, ...]
    size: int

    def get(self, key: str) -> Entry | None:
        """Entry of a key, if there is one."""
        return next((entry for entry in self.entries if entry.key == key), None)


class Items(NamedTuple):
    """Items in order."""

    span: Span
    items: tuple[Node, ...]
    size: int


Node = Scalar | Mapping | Items


def mapping(span: Span, entries: Sequence[Entry]) -> Mapping:
    """Build a mapping; ``size`` counts all nodes below, aliases expanded."""
    return Mapping(span, tuple(entries), 1 + sum(entry.value.size for entry in entries))


def sequence(span: Span, items: Sequence[Node]) -> Items:
    """Build a sequence; ``size`` counts all nodes below, aliases expanded."""
    return Items(span, tuple(items), 1 + sum(item.size for item in items))


def dotted(path: Path) -> str:
    """Spell a path: ``controlPlane.service.spec``, list items as ``[0]``, keys with dots in quotes."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            shown = f'"{step}"' if not step or set(step) & set('."[] ') else step
            text += f".{shown}" if text else shown
    return text


def plain(node: Node) -> object:
    """The value without positions."""
    match node:
        case Scalar():
            return node.value
        case Mapping():
            return {entry.key: plain(entry.value) for entry in node.entries}
        case Items():
            return [plain(item) for item in node.items]


def is_null(node: Node) -> bool:
    """Whether the value is ``null``, which sets nothing."""
    return isinstance(node, Scalar) and node.value is None


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node, Entry | None]]:
    """Every value below with its path and, for values of mappings, its entry; parents come first."""
    if isinstance(node, Mapping):
        for entry in node.entries:
            yield (*path, entry.key), entry.value, entry
            yield from walk(entry.value, (*path, entry.key))
    elif isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield (*path, index), item, None
            yield from walk(item, (*path, index))
