"""``# vcluster-config: ignore[CODE] reason``: findings an author has judged and accepted, on the line or above it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Edit, Severity, Span, Suggestion
from vcluster_config.source.lines import lines, without_halves

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMMENT: Final = re.compile(r"#\s*vcluster-config:\s*ignore(?:\[([^\]]*)\])?[ \t]*(.*)$")
_SECURITY: Final = "VC6"


@dataclass(frozen=True, slots=True)
class _Ignore:
    """One comment; it covers its own line, or the next one when it stands alone."""

    span: Span
    line: int
    codes: tuple[str, ...]
    reason: str


def suppress(
    diagnostics: list[Diagnostic], sources: dict[str, str], binding: frozenset[Diagnostic]
) -> list[Diagnostic]:
    """Drop accepted findings, but never ``binding`` ones.

    Comments that accept nothing, or security findings without a reason, are findings.
    """
    ignores = [ignore for name, text in sources.items() for ignore in _ignores(name, text)]
    if not ignores:
        return diagnostics
    used: set[tuple[Span, str]] = set()
    kept = [item for item in diagnostics if item in binding or not _accepted(item, ignores, used)]
    stays = frozenset((item.span.file, item.span.line, item.code) for item in binding)
    return kept + [problem for ignore in ignores for problem in _problems(ignore, used, stays)]


def _ignores(name: str, text: str) -> Iterator[_Ignore]:
    if "vcluster-config:" not in text:
        return
    for number, line in enumerate(lines(without_halves(text)), 1):
        match = _COMMENT.search(line)
        if match:
            span = Span(name, number, match.start() + 1, number, len(line) + 1)
            codes = tuple(code.strip() for code in (match[1] or "").split(",") if code.strip())
            alone = not line[: match.start()].strip()
            yield _Ignore(span, number + alone, codes, match[2].strip())


def _accepted(item: Diagnostic, ignores: list[_Ignore], used: set[tuple[Span, str]]) -> bool:
    for ignore in ignores:
        here = ignore.span.file == item.span.file and ignore.line == item.span.line
        if here and item.code in ignore.codes and (ignore.reason or not item.code.startswith(_SECURITY)):
            used.add((ignore.span, item.code))
            return True
    return False


def _problems(
    ignore: _Ignore, used: set[tuple[Span, str]], stays: frozenset[tuple[str, int, Code]]
) -> Iterator[Diagnostic]:
    unused = [code for code in ignore.codes if (ignore.span, code) not in used]
    if ignore.codes and not unused:
        return
    message = "this comment names no code to ignore, such as ignore[VC901]"
    if unused:
        needs_reason = not ignore.reason and any(code.startswith(_SECURITY) for code in unused)
        why = "a security finding is only ignored with a reason" if needs_reason else "nothing here has that code"
        if any((ignore.span.file, ignore.line, code) in stays for code in unused):
            why = "what cannot be read or used cannot be accepted"
        message = f"ignore[{', '.join(unused)}] has no effect: {why}"
    fix = Suggestion("remove the comment", "unsafe", (Edit(ignore.span, ""),))
    yield Diagnostic(Code.IGNORE_UNUSED, Severity.WARNING, message, ignore.span, suggestions=(fix,))
