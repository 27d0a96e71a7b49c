"""Shows both places of a value that an alias or a merge key brings along: where it is written and where used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.source.diagnostic import Related
from vcluster_config.source.node import dotted, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic, Span
    from vcluster_config.source.document import Document


def with_uses(found: list[Diagnostic], document: Document) -> list[Diagnostic]:
    """The findings, those about aliased values with the place of use beside them."""
    if not found or not any("*" in text for text in document.sources.values()):
        return found
    uses = sorted(_uses(document), key=lambda use: len(use[0]))
    return [_with_use(item, uses) for item in found]


def _uses(document: Document) -> Iterator[tuple[str, Span]]:
    """Paths of aliased values; an alias is known by a value that stands before its key."""
    for path, node, entry in walk(document.root):
        if entry is None:
            continue
        if entry.merged_at is not None:
            yield dotted(path), entry.merged_at
        elif node.span.file == entry.key_span.file and node.span < entry.key_span:
            yield dotted(path), entry.key_span


def _with_use(item: Diagnostic, uses: list[tuple[str, Span]]) -> Diagnostic:
    site = next(
        (span for path, span in uses if item.path == path or item.path.startswith((f"{path}.", f"{path}["))), None
    )
    if site is None or site == item.span:
        return item
    return item._replace(related=(*item.related, Related("used here, through an alias", site)))
