"""Writes a setting into a text that does not have it, so that a fix can add what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.source.diagnostic import Edit, Span
from vcluster_config.source.lines import lines
from vcluster_config.source.node import Mapping

if TYPE_CHECKING:
    from vcluster_config.source.document import Document


def insertion(document: Document, path: tuple[str, ...], text: str) -> Edit | None:
    """An edit that adds ``text`` as the value at a path, in the form of the mapping around it.

    None when something that is no mapping is in the way, or when aliases share the mapping with another place.
    """
    depth = next((n for n in range(len(path), 0, -1) if document.find(path[:n]) is not None), 0)
    around = document.find(path[:depth])
    if not isinstance(around, Mapping) or depth == len(path):
        return None
    if around.entries:
        return _before_first(document, around, path[depth:], text)
    if path[:depth]:
        return Edit(around.span, f"{{{_flow(path[depth:], text)}}}")
    return _at_the_end(around.span.file, document.sources.get(around.span.file, ""), _block(path, text, ""))


def _at_the_end(file: str, before: str, text: str) -> Edit | None:
    """For a file that holds nothing but comments."""
    found = lines(before)
    if any(line.strip() and not line.lstrip().startswith("#") for line in found):
        return None
    end = Span(file, len(found), len(found[-1]) + 1, len(found), len(found[-1]) + 1)
    return Edit(end, f"\n{text}" if found[-1] else text)


def _before_first(document: Document, around: Mapping, path: tuple[str, ...], text: str) -> Edit | None:
    first = around.entries[0]
    key = first.key_span
    if first.merged_at is not None or key.file not in document.sources:
        return None
    here = Span(key.file, key.line, key.column, key.line, key.column)
    line = lines(document.sources[key.file])[key.line - 1]
    indent = line[: key.column - 1]
    if around.span.file == key.file and _is_flow(document, around.span):
        return Edit(here, f"{_flow(path, text)}, ")
    if not set(indent) <= {" ", "-"}:
        return None
    return Edit(here, _block(path, text, " " * len(indent)))


def _is_flow(document: Document, span: Span) -> bool:
    line = lines(document.sources[span.file])[span.line - 1]
    return line[span.column - 1 : span.column] == "{"


def _flow(path: tuple[str, ...], text: str) -> str:
    return ": {".join(path) + f": {text}" + "}" * (len(path) - 1)


def _block(path: tuple[str, ...], text: str, indent: str) -> str:
    """Lines that end where the next key goes on."""
    lines = [f"{'  ' * depth}{key}:" for depth, key in enumerate(path)]
    return f"\n{indent}".join([*lines[:-1], f"{lines[-1]} {text}", ""])
