"""Applies suggested edits to texts; comments and layout stay, because only the edited characters change."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

from vcluster_config.source.lines import line_starts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vcluster_config.source.diagnostic import Diagnostic, Edit, Span


def safe_edits(diagnostics: Iterable[Diagnostic]) -> list[Edit]:
    """Edits of the first safe suggestion of each finding."""
    return edits_of(diagnostics, unsafe=False)


def edits_of(diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> list[Edit]:
    """Safe edits; when asked for, also those of the first unsafe suggestion of findings without a safe one."""
    edits: list[Edit] = []
    for diagnostic in diagnostics:
        ways = {item.applicability: item.edits for item in reversed(diagnostic.suggestions) if item.edits}
        edits += ways.get("safe") or (ways.get("unsafe", ()) if unsafe else ())
    return edits


def apply(text: str, edits: Sequence[Edit]) -> str:
    """Apply the edits of one text from its end; an edit that overlaps a later one is left out for the next round."""
    starts = line_starts(text)
    limit = len(text)
    for edit in sorted(set(edits), key=lambda item: item.span, reverse=True):
        start, end = _offsets(edit.span, starts)
        if end <= limit:
            text = text[:start] + edit.text + text[end:]
            limit = start
    return text


def encoded(text: str, *, like: bytes) -> bytes:
    """Bytes of a text, with the byte order mark and the line endings that the file had."""
    mark = BOM_UTF8 if like.startswith(BOM_UTF8) else b""
    ending = "\r\n" if b"\r\n" in like else "\n"
    return mark + text.replace("\n", ending).encode("utf-8", "surrogateescape")


def difference(name: str, before: str, after: str) -> str:
    """A unified diff."""
    import difflib

    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), name, name)
    return "".join(lines)


def _offsets(span: Span, starts: list[int]) -> tuple[int, int]:
    return starts[span.line - 1] + span.column - 1, starts[span.end_line - 1] + span.end_column - 1
