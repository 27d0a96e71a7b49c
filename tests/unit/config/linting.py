"""Short ways to lint a text in tests."""

from __future__ import annotations

from textwrap import dedent

from vcluster_config.lint import Report, check
from vcluster_config.source import Diagnostic, SourceFile


def lint(text: str) -> Report:
    """Lint one file named ``vcluster.yaml``."""
    return check([SourceFile("vcluster.yaml", dedent(text).removeprefix("\n"))])


def places(report: Report) -> list[str]:
    """``line:column code path`` of each finding."""
    return [place(found) for found in report.diagnostics]


def place(found: Diagnostic) -> str:
    """``line:column code path``."""
    return f"{found.span.line}:{found.span.column} {found.code} {found.path}".rstrip()
