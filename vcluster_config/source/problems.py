"""Sentences for mistakes in the YAML text itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Edit, Related, Severity, Span, Suggestion
from vcluster_config.source.lines import lines
from vcluster_config.source.node import Scalar, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.node import Entry, Node, Path


def _error(code: Code, message: str, span: Span, **more: Any) -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, message, span, **more)


def syntax(file: str, text: str, error: Any) -> Diagnostic:
    """The parser gave up; tabs get a sentence of their own, because they are the usual cause."""
    from vcluster_config.source.syntax import failure

    failed = failure(error)
    line = failed.at[0]
    found = lines(text)[line]
    indent = found[: len(found) - len(found.lstrip())]
    if "\t" in indent:
        return _tab(file, line, indent)
    related = (Related(failed.origin[0], _one(file, *failed.origin[1])),) if failed.origin else ()
    return _error(Code.YAML_SYNTAX, f"YAML syntax: {failed.sentence}", _one(file, *failed.at), related=related)


def _one(file: str, line: int, column: int) -> Span:
    """One character, its place counted from 0."""
    return Span(file, line + 1, column + 1, line + 1, column + 2)


BYTE_ORDER_MARK: Final = "\ufeff"
_BEYOND: Final = re.compile(r"(?<![^\r\n])%YAML[^\r\n]*|\\U(?!00(?:0|10))[0-9a-fA-F]{8}")
_BROKEN_BYTES: Final = range(0xDC80, 0xDD00)


def _tab(file: str, line: int, indent: str) -> Diagnostic:
    column = indent.index("\t") + 1
    span = Span(file, line + 1, column, line + 1, len(indent) + 1)
    edit = Edit(span, indent[column - 1 :].replace("\t", "  "))
    fix = Suggestion("replace each tab with two spaces", "safe", (edit,))
    return _error(Code.YAML_TAB, "a tab is used for indentation, which YAML forbids", span, suggestions=(fix,))


def character(file: str, text: str, error: Any) -> Diagnostic:
    """A character that YAML does not allow, such as NUL."""
    before = lines(text[: error.position])
    line, column = len(before), len(before[-1]) + 1
    span = Span(file, line, column, line, column + 1)
    number = ord(text[error.position])
    if number in _BROKEN_BYTES:
        message = f"the byte 0x{number & 0xFF:02x} is not UTF-8; save the file as UTF-8"
        return _error(Code.YAML_ENCODING, message, span, expected="UTF-8 text")
    return _error(Code.YAML_ENCODING, f"YAML does not allow the character U+{number:04X}", span)


def beyond(file: str, text: str, start: int) -> Diagnostic | None:
    """What the parser trips over because it is out of range: a version of YAML, or the number of a character."""
    match = _BEYOND.search(text, start)
    if match is None:
        return None
    before = lines(text[: match.start()])
    line, column = len(before), len(before[-1]) + 1
    span = Span(file, line, column, line, column + len(match[0]))
    if match[0].startswith("%"):
        return _error(Code.YAML_SYNTAX, "YAML syntax: only %YAML 1.1 and %YAML 1.2 can be read", span)
    return _error(Code.YAML_ENCODING, f"{match[0]} is no character; the last one is \\U0010FFFF", span)


def byte_order_marks(file: str, text: str) -> Iterator[Diagnostic]:
    """Byte order marks behind the start, where nobody sees them and the reader's columns do not count them."""
    message = "an invisible byte order mark (U+FEFF) stands inside the text"
    for number, line in enumerate(lines(text), 1):
        for match in re.finditer(BYTE_ORDER_MARK, line):
            span = Span(file, number, match.start() + 1, number, match.end() + 1)
            fix = Suggestion("remove it", "safe", (Edit(span, ""),))
            yield _error(Code.YAML_ENCODING, message, span, suggestions=(fix,))


def half_character(span: Span) -> Diagnostic:
    """An escape for half of a character outside the first 65536."""
    message = "the text holds half of a character; write the character itself, or both of its escapes"
    return _error(Code.YAML_ENCODING, message, span)


def unreadable(file: str, reason: str) -> Diagnostic:
    """The parser gave up without a position."""
    return _error(Code.YAML_SYNTAX, f"YAML syntax: {reason}", Span(file, 1, 1, 1, 2))


def not_a_mapping(root: Node) -> Diagnostic:
    """The file is a list or a single value."""
    message = "a vcluster.yaml is a mapping of keys such as sync and controlPlane"
    glued = isinstance(root, Scalar) and root.plain and ":" in root.text
    spaced = (Suggestion("write a space behind each colon"),) if glued else ()
    return _error(Code.YAML_ROOT, message, root.span, expected="a mapping", suggestions=spaced)


def second_document(span: Span) -> Diagnostic:
    """A second ``---``."""
    message = "the file holds more than one YAML document; give each layer as a file of its own with -f"
    return _error(Code.YAML_DOCUMENTS, message, span)


def unknown_tag(span: Span, tag: str) -> Diagnostic:
    """A tag that Helm does not read."""
    return _error(Code.YAML_TAG, f"the tag {tag} is not supported", span, found=tag)


def no_json_number(span: Span, text: str) -> Diagnostic:
    """Infinity, or what is no number; Helm reads values as JSON, which has neither."""
    message = f"{text} without quotes is a number that JSON, and therefore Helm, cannot hold"
    edits = (Edit(Span(span.file, *span[1:3], *span[1:3]), '"'), Edit(Span(span.file, *span[3:], *span[3:]), '"'))
    fix = Suggestion(f'write "{text}", if text is meant', "unsafe", edits)
    return _error(Code.YAML_NUMBER_AS_TEXT, message, span, found=text, expected="a finite number", suggestions=(fix,))


def bad_alias(span: Span, name: str, *, recursive: bool) -> Diagnostic:
    """An alias without an anchor, or inside its own anchor."""
    why = "is used inside its own value" if recursive else "has no anchor before it"
    return _error(Code.YAML_ALIAS, f"the alias *{name} {why}", span, found=f"*{name}")


def alias_bomb(span: Span, name: str, size: int, limit: int) -> Diagnostic:
    """An alias whose expansion is larger than any configuration."""
    message = f"the alias *{name} expands to {size} values, more than {limit}"
    return _error(Code.YAML_ALIAS, message, span, found=f"*{name}")


def too_large(span: Span, limit: int) -> Diagnostic:
    """A mapping larger than any configuration."""
    return _error(Code.YAML_ALIAS, f"the file holds more than {limit} values", span)


def too_deep(span: Span, limit: int) -> Diagnostic:
    """Nesting deeper than any configuration."""
    return _error(Code.YAML_SYNTAX, f"values are nested more than {limit} levels deep", span)


def bad_merge(span: Span) -> Diagnostic:
    """A ``<<`` whose value is no mapping."""
    return _error(Code.YAML_ALIAS, "the merge key << needs a mapping or a list of mappings", span)


def complex_key(span: Span) -> Diagnostic:
    """A key that is a list or a mapping, usually an unquoted template expression."""
    message = "a key must be a single word; quote it if it holds braces or brackets"
    return _error(Code.YAML_KEY, message, span)


def duplicate_key(entry: Entry, earlier: Entry, path: Path) -> Diagnostic:
    """A key given twice in one mapping."""
    related = (Related("first given here", earlier.key_span),)
    message = f"the key {entry.key} is given twice in one mapping"
    return _error(Code.DUPLICATE_KEY, message, entry.key_span, path=dotted(path), related=related)
