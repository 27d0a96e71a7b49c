"""One JSON document with a format version, for scripts; ``format_version`` changes when a field changes its meaning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from vcluster_config.lint.render.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic, Span


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    """Lines and columns count from 1."""
    document = {"format_version": 1, "diagnostics": [as_dict(diagnostic) for diagnostic in diagnostics]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    """A finding as plain JSON types; empty optional fields are left out."""
    optional = {
        "found": diagnostic.found,
        "expected": diagnostic.expected,
        "related": [{"message": item.message, **place(item.span)} for item in diagnostic.related],
        "suggestions": [
            {
                "title": item.title,
                "applicability": item.applicability,
                "edits": [{**place(edit.span), "text": edit.text} for edit in item.edits],
            }
            for item in diagnostic.suggestions
        ],
        "documentation": diagnostic.documentation,
        "fingerprint": fingerprint(diagnostic),
    }
    return {
        "code": diagnostic.code.value,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        **place(diagnostic.span),
        "path": diagnostic.path,
        **{key: value for key, value in optional.items() if value},
    }


def place(span: Span) -> dict[str, Any]:
    """A span as flat JSON fields."""
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }
