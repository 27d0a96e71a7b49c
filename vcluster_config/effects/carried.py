"""Would an API server take the manifests that a file carries as text? Each answer says where in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.effects.acceptance import refusals_of
from vcluster_config.effects.rendered import ANY_RELEASE, identity
from vcluster_config.source.node import Items, Mapping, plain
from vcluster_config.source.parse import SourceFile, documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.effects.changes import FieldPath
    from vcluster_config.source.diagnostic import Span
    from vcluster_config.source.node import Node


def refused(text: str) -> Iterator[str]:
    """A sentence for everything that an API server would refuse; the text has been read without a mistake before."""
    roots, _ = documents(SourceFile("", text))
    for root in roots:
        content = plain(root)
        if isinstance(content, dict):
            for found in refusals_of(content, identity(content, ANY_RELEASE)):
                at = _place(root, found.path)
                yield f"{found.sentence}, at line {at.line}, column {at.column} of the manifests"


def _place(node: Node, path: FieldPath) -> Span:
    """Of the value, or of what comes nearest above a field that is missing."""
    for step in path:
        below: Node | None = None
        if isinstance(node, Mapping):
            entry = node.get(step)
            below = entry.value if entry else None
        elif isinstance(node, Items):
            below = node.items[int(step.strip("[]"))]
        if below is None:
            break
        node = below
    return node.span
