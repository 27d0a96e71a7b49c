"""JUnit XML, which every CI system shows as test results."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from vcluster_config.lint.render.concise import sentence
from vcluster_config.lint.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """One suite for each file; only errors and warnings fail, and a clean file is one passed test."""
    names = list(dict.fromkeys([*sources, *(diagnostic.span.file for diagnostic in diagnostics)]))
    suites = [_suite(name, [item for item in diagnostics if item.span.file == name]) for name in names]
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", *suites, "</testsuites>"]) + "\n"


def _suite(name: str, diagnostics: list[Diagnostic]) -> str:
    cases = [_case(diagnostic) for diagnostic in diagnostics] or [f"    <testcase name={quoteattr(name)}/>"]
    failures = sum("<failure" in case for case in cases)
    head = f'  <testsuite name={quoteattr(name)} tests="{len(cases)}" failures="{failures}">'
    return "\n".join([head, *cases, "  </testsuite>"])


def _case(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    title = quoteattr(visible(f"{diagnostic.code} {diagnostic.path}".strip()))
    place = f"{span.file}:{span.line}:{span.column}"
    head = f"    <testcase name={title} classname={quoteattr(span.file)}"
    if diagnostic.severity not in ("error", "warning"):
        return head + "/>"
    kind, message = quoteattr(diagnostic.severity), quoteattr(visible(diagnostic.message))
    body = escape(f"{place}: {sentence(diagnostic)}")
    return f"{head}><failure type={kind} message={message}>{body}</failure></testcase>"
