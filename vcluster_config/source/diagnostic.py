"""What is wrong, where, and what to do: one value that every stage produces and every renderer reads."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from vcluster_config.source.codes import Code


class Severity(StrEnum):
    """How much a finding weighs; errors stop compilation."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    HINT = "hint"


class Span(NamedTuple):
    """A piece of a source; lines and columns count characters from 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """Another place that matters, and why."""

    message: str
    span: Span


class Edit(NamedTuple):
    """Replace a piece of a source with other text."""

    span: Span
    text: str


Applicability = Literal["safe", "unsafe", "needs-input"]


class Suggestion(NamedTuple):
    """A way out. ``safe`` edits keep the meaning the author intended and are applied by ``--fix``."""

    title: str
    applicability: Applicability = "needs-input"
    edits: tuple[Edit, ...] = ()


class Diagnostic(NamedTuple):
    """One finding. ``message`` is one sentence without advice; ``path`` is dotted, list items as ``[0]``."""

    code: Code
    severity: Severity
    message: str
    span: Span
    path: str = ""
    found: str = ""
    expected: str = ""
    related: tuple[Related, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def documentation(self) -> str:
        """Page about the code, relative to the repository; ``explain`` prints the same text."""
        return f"docs/reference/codes/{self.code}.md"


def in_order(diagnostics: list[Diagnostic]) -> list[Diagnostic]:
    """Sort by position, then code, and drop repetitions."""
    unique = dict.fromkeys(diagnostics)
    return sorted(unique, key=lambda d: (d.span, d.code, d.path))
