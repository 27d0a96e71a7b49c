"""Says in a reader's words where and why the YAML parser gave up; its own speak of tokens and nodes."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

_SIBLINGS: Final = "this line is indented differently from its siblings"
_UNCLOSED: Final = "a quote or bracket that opens here is never closed"
_PROBLEMS: Final = {
    r"mapping values are not allowed here": "a key is out of place; indent it like its siblings, or quote the text",
    r"could not find expected ':'": "a key without a colon",
    r"expected <block end>, but found '<block mapping start>'": _SIBLINGS,
    r"expected <block end>, but found '-'": "this list item is indented differently from its siblings",
    r"expected <block end>, but found '\?'": "a key stands among the items of a list",
    r"expected <block end>, but found '<(?:scalar|anchor|alias|tag)>'": "the value ends before this; quote all of it",
    r"expected the node content, but found '<.*>'": "the text ends where a value belongs; close what was opened",
    r"expected the node content, but found '(.*)'": r"\1 stands where a value belongs; quote text that begins with it",
    r"expected ',' or '(.)', but got '<.*>'": r"a comma or \1 belongs before this",
    r"expected ',' or '(.)', but got '(.*)'": r"a comma or \1 belongs here, not \2",
    r"found character '(.*)' that cannot start any token": r"no plain text may begin with \1; quote it",
    r"found unknown escape character '(.*)'": r"\\\1 means nothing in double quotes; write it in single quotes",
    r"sequence entries are not allowed here": "a list begins on the line below its key, not beside it",
    r"expected chomping or indentation indicators, but found '(.*)'": "its text begins on the next line",
    r"expected alphabetic or numeric character, but found .*": "a name belongs right behind & or *",
}
_PATTERNS: Final = [(re.compile(pattern, re.DOTALL), words) for pattern, words in _PROBLEMS.items()]
_OPENED: Final = {
    "while parsing a block mapping": "its siblings start here",
    "while parsing a block collection": "the list starts here",
    "while parsing a flow mapping": "the bracket opens here",
    "while parsing a flow sequence": "the bracket opens here",
}
_END: Final = ("<stream end>", "unexpected end of stream")


class Failure(NamedTuple):
    """Place (line and column from 0) and sentence; ``origin`` is what the place must fit, with its own place."""

    at: tuple[int, int]
    sentence: str
    origin: tuple[str, tuple[int, int]] | None = None


def failure(error: Any) -> Failure:
    """What a ``MarkedYAMLError`` says; what is never closed is shown where it opens."""
    problem, opened = error.problem or "the text is not YAML", _place(error.context_mark)
    at = _place(error.problem_mark) or opened or (0, 0)
    if opened and opened != at and any(end in problem for end in _END):
        return Failure(opened, _UNCLOSED)
    origin = None
    if error.context and opened and opened[0] != at[0]:
        origin = (_OPENED.get(error.context, f"{error.context}, which starts here"), opened)
    return Failure(at, _sentence(problem), origin)


def _place(mark: Any) -> tuple[int, int] | None:
    return (mark.line, mark.column) if mark else None


def _sentence(problem: str) -> str:
    for pattern, words in _PATTERNS:
        found = pattern.fullmatch(problem)
        if found:
            return found.expand(words)
    return problem
