"""Manifests that a file carries as text, read here so that a mistake in them is found on the laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from vcluster_config.errors import CompileError

if TYPE_CHECKING:
    from vcluster_config.objects import Json
    from vcluster_config.source.diagnostic import Diagnostic


def read(text: str, path: str) -> tuple[Json, ...]:
    """Objects of a stream of YAML documents, in their order; empty documents are left out.

    Raises:
        CompileError: the text is no YAML or a document is no Kubernetes object.
    """
    if not text.strip():
        return ()
    from vcluster_config.source.node import plain
    from vcluster_config.source.parse import SourceFile, documents

    roots, found = documents(SourceFile(path, text))
    if found:
        raise CompileError(path, _unreadable(found[0]))
    objects = [item for item in map(plain, roots) if item is not None]
    for number, document in enumerate(objects, start=1):
        _check(document, number, path)
    return tuple(cast("list[Json]", objects))


def _check(document: object, number: int, path: str) -> None:
    if not isinstance(document, dict):
        raise CompileError(path, f"document {number} is {document!r:.40}, expected a Kubernetes object")
    metadata = document.get("metadata")
    identity = {key: document.get(key) for key in ("apiVersion", "kind")}
    identity["metadata.name"] = metadata.get("name") if isinstance(metadata, dict) else None
    missing = [key for key, value in identity.items() if value is None or value == ""]
    if missing:
        raise CompileError(path, f"document {number} has no {' and no '.join(missing)}")
    for key, value in identity.items():
        if not isinstance(value, str):
            raise CompileError(path, f"document {number} has the {key} {value!r:.40}, expected text")


def _unreadable(found: Diagnostic) -> str:
    """Where in the manifests, and why."""
    line, column = found.span.line, found.span.column
    sentence = found.message.removeprefix("YAML syntax: ")
    begin = "no YAML, " if sentence != found.message else ""
    return f"{begin}line {line}, column {column} of the manifests: {sentence}"
