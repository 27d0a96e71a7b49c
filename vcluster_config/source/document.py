"""All layers of a configuration merged into one tree whose values still know their layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vcluster_config.source import sets as set_options
from vcluster_config.source.diagnostic import Diagnostic, Span
from vcluster_config.source.node import Entry, Items, Mapping, Node, Path, mapping
from vcluster_config.source.parse import SourceFile, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vcluster_config.source.sets import SetOption


@dataclass(frozen=True, slots=True)
class Document:
    """The merged tree, the layers it came from, and what was wrong with their text."""

    root: Mapping
    layers: tuple[Mapping, ...]
    sources: dict[str, str]
    diagnostics: tuple[Diagnostic, ...]

    def find(self, path: Path) -> Node | None:
        """Value at a path of the merged tree."""
        return find(self.root, path)

    def entry(self, path: Path) -> Entry | None:
        """Key and value at a path that ends with a key."""
        parent = self.find(path[:-1]) if path else None
        return parent.get(str(path[-1])) if isinstance(parent, Mapping) else None

    def span(self, path: Path) -> Span:
        """Where the value is, or the nearest value around it."""
        while path:
            node = self.find(path)
            if node is not None:
                return node.span
            path = path[:-1]
        return _first_character(self.root.span)

    def key_span(self, path: Path) -> Span:
        """Where the key is, or the nearest place around it."""
        while path:
            entry = self.entry(path)
            if entry is not None:
                return entry.key_span
            node = self.find(path)
            if node is not None:
                return node.span
            path = path[:-1]
        return _first_character(self.root.span)

    def origins(self, path: Path) -> list[Span]:
        """Every layer's place for this path, the one that won last."""
        found = (find(layer, path) for layer in self.layers)
        return [node.span for node in found if node is not None]


def find(root: Node, path: Path) -> Node | None:
    """Value at a path below a node."""
    node: Node | None = root
    for step in path:
        if isinstance(node, Mapping):
            entry = node.get(str(step))
            node = entry.value if entry else None
        elif isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        else:
            return None
    return node


def load(files: Sequence[SourceFile], options: Sequence[SetOption] = ()) -> Document:
    """Read and merge layers as Helm does: later files win, mappings merge, lists replace, options come last."""
    diagnostics: list[Diagnostic] = []
    layers: list[Mapping] = []
    for file in files:
        layer, found = parse(file)
        layers.append(layer)
        diagnostics += found
    root = layers[0] if layers else mapping(Span("", 1, 1, 1, 1), ())
    for layer in layers[1:]:
        root = merge(root, layer)
    for option in options:
        root, found = set_options.apply(root, option)
        diagnostics += found
    layers.append(root)
    return Document(root, tuple(layers), {file.name: file.text for file in files}, tuple(diagnostics))


def merge(base: Mapping, overlay: Mapping) -> Mapping:
    """Overlay wins; null stays null, because it removes a default later."""
    merged = {entry.key: entry for entry in base.entries}
    for entry in overlay.entries:
        earlier = merged.get(entry.key)
        if earlier and isinstance(earlier.value, Mapping) and isinstance(entry.value, Mapping):
            merged[entry.key] = Entry(entry.key, entry.key_span, merge(earlier.value, entry.value))
        else:
            merged[entry.key] = entry
    return mapping(base.span if base.entries else overlay.span, tuple(merged.values()))


def _first_character(span: Span) -> Span:
    return Span(span.file, span.line, span.column, span.line, span.column + 1)
