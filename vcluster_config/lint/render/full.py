"""Findings with the lines they are about, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.lint.render.visible import visible
from vcluster_config.source.lines import lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic, Span

_WIDTH: Final = 160
_OPTIONS: Final = {"safe": " [--fix]", "unsafe": " [--fix --unsafe-fixes]"}


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """A block for each finding and one line that counts them."""
    if not diagnostics:
        return ""
    blocks = ["\n".join(_block(diagnostic, sources)) for diagnostic in diagnostics]
    return "\n\n".join([*blocks, _summary(diagnostics)]) + "\n"


def _block(diagnostic: Diagnostic, sources: Mapping[str, str]) -> Iterator[str]:
    span = diagnostic.span
    yield f"{diagnostic.severity}[{diagnostic.code}]: {visible(diagnostic.message)}"
    yield f"  --> {span.file}:{span.line}:{span.column}"
    yield from _excerpt(span, sources)
    margin = " " * (len(str(span.line)) + 2)
    if diagnostic.expected:
        yield f"{margin}= expected: {visible(diagnostic.expected)}"
    for related in diagnostic.related:
        place = related.span
        yield f"{margin}= note: {visible(related.message)} ({place.file}:{place.line}:{place.column})"
    for suggestion in diagnostic.suggestions:
        option = _OPTIONS.get(suggestion.applicability, "") if suggestion.edits else ""
        yield f"{margin}= help: {visible(suggestion.title)}{option}"
    yield f"{margin}= more: vcluster-config explain {diagnostic.code}"


def _excerpt(span: Span, sources: Mapping[str, str]) -> Iterator[str]:
    text = sources.get(span.file)
    if text is None:
        return
    line = visible(lines(text)[span.line - 1].replace("\t", " "))
    end = span.end_column if span.end_line == span.line else len(line) + 1
    carets = "^" * max(1, min(end, len(line) + 1) - span.column)
    margin = " " * len(str(span.line))
    yield f" {margin} |"
    yield f" {span.line} | {_cut(line)}"
    yield f" {margin} | {' ' * (span.column - 1)}{_cut(carets)}"


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _summary(diagnostics: Sequence[Diagnostic]) -> str:
    counts: dict[str, int] = {}
    for diagnostic in diagnostics:
        counts[diagnostic.severity] = counts.get(diagnostic.severity, 0) + 1
    words = [f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items()]
    return f"found {', '.join(words)}"
