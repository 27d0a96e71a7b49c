"""All rules by type, imported when a file holds the first Kubernetes object."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from vcluster_config.model.object_rules import access, containers, scheduling, volumes
from vcluster_config.model.object_rules.breaches import Breach, Rule
from vcluster_config.source.node import Items, Mapping, Node, Scalar, is_null

RULES: Final[dict[str, Rule]] = {**access.RULES, **containers.RULES, **scheduling.RULES, **volumes.RULES}


def breaches(name: str, node: Mapping) -> Iterator[Breach]:
    """What the API server would refuse about an object that fits its schema, but not about objects inside it."""
    rule = RULES.get(name)
    if rule is not None:
        yield from rule(_given(node))


def _given(node: Node) -> Any:
    """The value without positions; keys that are null are not set."""
    match node:
        case Scalar():
            return node.value
        case Items():
            return [_given(item) for item in node.items]
        case Mapping():
            return {e.key: _given(e.value) for e in node.entries if not is_null(e.value)}
