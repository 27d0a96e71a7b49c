"""One line for each finding, as compilers print them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    """``file:line:column: severity[code] message``."""
    return "".join(_line(diagnostic) for diagnostic in diagnostics)


def _line(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    return f"{span.file}:{span.line}:{span.column}: {diagnostic.severity}[{diagnostic.code}] {sentence(diagnostic)}\n"


def sentence(diagnostic: Diagnostic) -> str:
    """Message, expectation and first way out in one line."""
    text = diagnostic.message
    if diagnostic.expected:
        text += f"; expected {diagnostic.expected}"
    if diagnostic.suggestions:
        text += f" ({diagnostic.suggestions[0].title})"
    return visible(text)
