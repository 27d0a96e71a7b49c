"""SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.lint.render.concise import sentence
from vcluster_config.lint.render.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic, Edit, Span

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS: Final = {"error": "error", "warning": "warning", "info": "note", "hint": "note"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    """One run with all findings."""
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    rules = [{"id": code.value, "name": code.name, "helpUri": f"docs/reference/codes/{code}.md"} for code in codes]
    run = {
        "tool": {"driver": {"name": "vcluster-config", "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _result(diagnostic: Diagnostic, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": diagnostic.code.value,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": sentence(diagnostic)},
        "locations": [_location(diagnostic.span)],
        "partialFingerprints": {"codeAndPath/v1": fingerprint(diagnostic)},
    }
    if diagnostic.related:
        related = enumerate(diagnostic.related, 1)
        result["relatedLocations"] = [
            {"id": number, "message": {"text": item.message}, **_location(item.span)} for number, item in related
        ]
    fixes = [item for item in diagnostic.suggestions if item.edits]
    if fixes:
        result["fixes"] = [
            {"description": {"text": item.title}, "artifactChanges": [_change(edit) for edit in item.edits]}
            for item in fixes
        ]
    return result


def _location(span: Span) -> dict[str, Any]:
    return {"physicalLocation": {"artifactLocation": {"uri": span.file}, "region": _region(span)}}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _change(edit: Edit) -> dict[str, Any]:
    replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}}
    return {"artifactLocation": {"uri": edit.span.file}, "replacements": [replacement]}
