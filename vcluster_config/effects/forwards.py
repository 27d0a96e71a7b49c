"""From a setting forwards to everything it decides, found by giving it another value and comparing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from vcluster_config.compile import CompileError, compile_config
from vcluster_config.effects.alternatives import alternatives
from vcluster_config.effects.difference import Difference, compare_values
from vcluster_config.effects.trees import nested, pruned
from vcluster_config.model.root import Config
from vcluster_config.model.shape import Form, places
from vcluster_config.model.validation import validate_partially
from vcluster_config.source.document import Document, merge
from vcluster_config.source.node import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vcluster_config.effects.rendered import Release
    from vcluster_config.objects import Json
    from vcluster_config.source.node import Mapping as Tree


@dataclass(frozen=True, slots=True)
class Effects:
    """What would differ with another value of a setting; ``instead`` is that value, None when the line were gone."""

    instead: Any
    difference: Difference


def effects(document: Document, path: tuple[str, ...], values: Mapping[str, Any], release: Release) -> Effects | None:
    """The first other value that makes a difference; None when none does."""
    for instead, root in _variants(document, path):
        other = compiled(document, root)
        found = compare_values(values, other, release) if other is not None else None
        if found is not None and found.objects:
            return Effects(instead, found)
    return None


def _variants(document: Document, path: tuple[str, ...]) -> Iterator[tuple[Any, Tree]]:
    node = document.find(path)
    if node is not None:
        yield None, pruned(document.root, path)
    item = next((item for item in places(Config) if item.path == path), None)
    if item is not None and item.shape.form is not Form.SECTION:
        for value in alternatives(item.shape, plain(node) if node is not None else None):
            yield value, merge(pruned(document.root, path), nested(path, value))


def compiled(document: Document, root: Tree) -> Json | None:
    """Values of a document with another tree of settings; None when it does not compile."""
    validated = validate_partially(replace(document, root=root))
    try:
        return None if validated.unusable else compile_config(validated.config).values()
    except CompileError:
        return None
