"""reviewdog's diagnostic format, for review comments with suggestions on any code host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.lint.render.concise import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic, Span

_SEVERITIES: Final = {"error": "ERROR", "warning": "WARNING", "info": "INFO", "hint": "INFO"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    """One DiagnosticResult (reviewdog: "Reviewdog Diagnostic Format")."""
    result = {
        "source": {"name": "vcluster-config"},
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in diagnostics],
    }
    return json.dumps(result, indent=2, ensure_ascii=False) + "\n"


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    edits = [edit for item in diagnostic.suggestions for edit in item.edits]
    return {
        "message": sentence(diagnostic),
        "location": {"path": diagnostic.span.file, "range": _range(diagnostic.span)},
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code.value, "url": diagnostic.documentation},
        **({"suggestions": [{"range": _range(e.span), "text": e.text} for e in edits]} if edits else {}),
    }


def _range(span: Span) -> dict[str, Any]:
    return {
        "start": {"line": span.line, "column": span.column},
        "end": {"line": span.end_line, "column": span.end_column},
    }
