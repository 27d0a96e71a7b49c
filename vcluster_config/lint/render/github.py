"""Workflow commands, which GitHub Actions shows beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.lint.render.concise import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic

_LEVELS: Final = {"error": "error", "warning": "warning", "info": "notice", "hint": "notice"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    """One command for each finding (GitHub docs: "Workflow commands")."""
    return "".join(_command(diagnostic) for diagnostic in diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    properties = {
        "file": span.file,
        "line": span.line,
        "col": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
        "title": diagnostic.code.value,
    }
    listed = ",".join(f"{name}={_escape(str(value), ':,')}" for name, value in properties.items())
    return f"::{_LEVELS[diagnostic.severity]} {listed}::{_escape(sentence(diagnostic))}\n"


def _escape(text: str, more: str = "") -> str:
    return "".join(f"%{ord(char):02X}" if char in "%\r\n" + more else char for char in text)
