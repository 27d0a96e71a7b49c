"""Checkstyle XML, which older CI systems and code reviews read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from vcluster_config.lint.render.concise import sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8"?>'
_SEVERITIES: Final = {"error": "error", "warning": "warning", "info": "info", "hint": "info"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    """One ``file`` for each file with findings."""
    names = dict.fromkeys(diagnostic.span.file for diagnostic in diagnostics)
    files = [_file(name, [item for item in diagnostics if item.span.file == name]) for name in names]
    return (
        "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', '<checkstyle version="4.3">', *files, "</checkstyle>"])
        + "\n"
    )


def _file(name: str, diagnostics: list[Diagnostic]) -> str:
    return "\n".join([f"  <file name={quoteattr(name)}>", *map(_error, diagnostics), "  </file>"])


def _error(diagnostic: Diagnostic) -> str:
    attributes = {
        "line": str(diagnostic.span.line),
        "column": str(diagnostic.span.column),
        "severity": _SEVERITIES[diagnostic.severity],
        "message": sentence(diagnostic),
        "source": f"vcluster-config.{diagnostic.code}",
    }
    return f"    <error {' '.join(f'{name}={quoteattr(value)}' for name, value in attributes.items())}/>"
