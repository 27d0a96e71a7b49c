"""GitLab's code quality report (GitLab docs: "Code Quality report format")."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from vcluster_config.lint.render.concise import sentence
from vcluster_config.lint.render.fingerprint import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic

_SEVERITIES: Final = {"error": "major", "warning": "minor", "info": "info", "hint": "info"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    """A list of issues."""
    issues = [
        {
            "description": sentence(diagnostic),
            "check_name": diagnostic.code.value,
            "fingerprint": fingerprint(diagnostic),
            "severity": _SEVERITIES[diagnostic.severity],
            "location": {
                "path": diagnostic.span.file,
                "positions": {
                    "begin": {"line": diagnostic.span.line, "column": diagnostic.span.column},
                    "end": {"line": diagnostic.span.end_line, "column": diagnostic.span.end_column},
                },
            },
        }
        for diagnostic in diagnostics
    ]
    return json.dumps(issues, indent=2, ensure_ascii=False) + "\n"
