"""Manifests that a file carries as text, read here so that a mistake in them is found on the laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.errors import CompileError

if TYPE_CHECKING:
    from vcluster_config.objects import Json


def read(text: str, path: str) -> tuple[Json, ...]:
    """Objects of a stream of YAML documents, in their order; empty documents are left out.

    Raises:
        CompileError: the text is no YAML or a document is no Kubernetes object.
    """
    if not text.strip():
        return ()
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        documents = [item for item in YAML(typ="safe", pure=True).load_all(text) if item is not None]
    except YAMLError as error:
        raise CompileError(path, _syntax(error)) from error
    for number, document in enumerate(documents, start=1):
        _check(document, number, path)
    return tuple(documents)


def _check(document: object, number: int, path: str) -> None:
    if not isinstance(document, dict):
        raise CompileError(path, f"document {number} is {document!r:.40}, expected a Kubernetes object")
    missing = [key for key in ("apiVersion", "kind", "metadata") if not document.get(key)]
    if missing:
        raise CompileError(path, f"document {number} has no {' and no '.join(missing)}")


def _syntax(error: Exception) -> str:
    """Where in the manifests, and why; an error without a place, such as a control character, speaks for itself."""
    from ruamel.yaml.error import MarkedYAMLError

    from vcluster_config.source.syntax import failure

    if not isinstance(error, MarkedYAMLError):
        return f"no YAML: {' '.join(str(error).split())}"
    failed = failure(error)
    line, column = failed.at
    return f"no YAML, line {line + 1}, column {column + 1} of the manifests: {failed.sentence}"
