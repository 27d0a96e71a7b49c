"""Sentences about values: of the wrong type, malformed, missing, not one of the choices."""

import json
from collections.abc import Mapping as Dict
from typing import Any, Final

from vcluster_config.model.key_problems import unknown_field
from vcluster_config.model.secret_paths import MASK, is_secret, without_credentials
from vcluster_config.source import scalars
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Edit, Severity, Span, Suggestion
from vcluster_config.source.document import Document
from vcluster_config.source.node import Items, Mapping, Node, Path, Scalar, dotted

_TYPES: Final = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a mapping",
    "string_type": "text",
}
_WORDS: Final = {"label-value", "label-key", "dns-label", "dns-name", "host-name", "tag", "repository"}
_BOUNDS: Final = {
    "greater_than_equal": ("ge", "at least {}"),
    "less_than_equal": ("le", "at most {}"),
    "greater_than": ("gt", "more than {}"),
    "less_than": ("lt", "less than {}"),
}


def from_error(path: Path, error: Dict[str, Any], document: Document) -> Diagnostic:
    """Turn one of pydantic's errors into a diagnostic at the value it is about."""
    kind, context = error["type"], error.get("ctx", {})
    node = document.find(path)
    if path[-1] == "[key]":
        found = _bad_key(path[:-1], document, context["expected"])
    elif kind == "missing":
        found = _missing(path, document)
    elif kind == "unknown":
        found = unknown_field(path, error["kind"], error["fields"], document)
    elif kind == "literal_error":
        found = _not_one_of(path, node, document, context["expected"])
    elif kind == "value" and isinstance(node, Scalar) and _is_word(node, context.get("value_type", "")):
        found = _as_text(path, node, context["expected"]) or _unfit(path, node, document, context["expected"])
    elif kind == "value":
        found = _malformed(path, node, document, context["expected"], context.get("reason", ""))
    elif kind == "unfit":
        found = _unfit(path, node, document, context["expected"])
    elif kind == "clash":
        found = _clash(path, node, document, error["msg"], context["advice"])
    elif kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        found = _unfit(path, node, document, words.format(context[name]))
    else:
        found = _wrong_type(path, node, document, _TYPES.get(kind, error["msg"]))
    return found


def _is_word(node: Scalar, value_type: str) -> bool:
    """Whether a boolean is a word of its own for the type, such as the label value ``on``."""
    return isinstance(node.value, bool) and value_type in _WORDS


def describe(node: Node | None, path: Path) -> str:
    """What was found, in words a person can search for; secrets are masked."""
    if isinstance(node, Mapping):
        return "a mapping" if node.entries else "an empty mapping"
    if isinstance(node, Items):
        return "a list" if node.items else "an empty list"
    if node is None or node.value is None:
        return "null"
    if is_secret(path):
        return MASK
    whole = without_credentials(node.text)
    text = whole if len(whole) <= 60 else whole[:57] + "..."
    if isinstance(node.value, str):
        return f"the text {json.dumps(text, ensure_ascii=False)}"
    return f"the boolean {text}" if isinstance(node.value, bool) else f"the number {text}"


def _bad_key(path: Path, document: Document, expected: str) -> Diagnostic:
    message = f"the key {path[-1]} in {dotted(path[:-1])} is not valid"
    span = document.key_span(path)
    return Diagnostic(Code.MALFORMED_VALUE, Severity.ERROR, message, span, dotted(path), str(path[-1]), expected)


def _missing(path: Path, document: Document) -> Diagnostic:
    name, parent = path[-1], dotted(path[:-1])
    return Diagnostic(
        Code.MISSING_KEY,
        Severity.ERROR,
        f"{parent} needs the key {name}",
        document.key_span(path[:-1]) if isinstance(path[-2], str) else _start(document.span(path[:-1])),
        path=dotted(path),
        expected=str(name),
        suggestions=(Suggestion(f"add {name}: below {parent}"),),
    )


def _start(span: Span, length: int = 1) -> Span:
    return Span(span.file, span.line, span.column, span.line, span.column + length)


def _end(span: Span) -> Span:
    return Span(span.file, span.end_line, span.end_column, span.end_line, span.end_column)


def _not_one_of(path: Path, node: Node | None, document: Document, choices: str) -> Diagnostic:
    from vcluster_config.model.suggest import closest

    words = [part.strip().strip("'") for part in choices.replace(" or ", ", ").split(",")]
    shown = ", ".join(word or '""' for word in words)
    suggestions: tuple[Suggestion, ...] = ()
    if isinstance(node, Scalar):
        near = closest(node.text, [word for word in words if word])
        if near is not None:
            edits = (Edit(node.span, near),)
            suggestions = (Suggestion(f"did you mean {near}?", "unsafe", edits),)
    found = describe(node, path)
    message = f"{dotted(path)} is {found}, which is not one of its choices"
    span = document.span(path)
    return Diagnostic(
        Code.NOT_ONE_OF, Severity.ERROR, message, span, dotted(path), found, f"one of {shown}", (), suggestions
    )


def _malformed(path: Path, node: Node | None, document: Document, expected: str, reason: str) -> Diagnostic:
    if not isinstance(node, Scalar):
        return _wrong_type(path, node, document, expected)
    if isinstance(node.value, int | float) and not isinstance(node.value, bool) and not reason:
        quoted = _as_text(path, node, expected)
        if quoted is not None:
            return quoted
    problem = _unfit(path, node, document, expected)
    return problem._replace(message=f"{problem.message}: {reason}") if reason else problem


def _clash(path: Path, node: Node | None, document: Document, message: str, advice: str) -> Diagnostic:
    return Diagnostic(
        Code.REFUSED_COMBINATION,
        Severity.ERROR,
        f"{dotted(path)} {message}",
        document.span(path),
        dotted(path),
        describe(node, path),
        suggestions=(Suggestion(advice),),
    )


def _unfit(path: Path, node: Node | None, document: Document, expected: str) -> Diagnostic:
    found = describe(node, path)
    span = document.span(path)
    message = f"{dotted(path)} is {found}"
    return Diagnostic(Code.MALFORMED_VALUE, Severity.ERROR, message, span, dotted(path), found, expected)


def _wrong_type(path: Path, node: Node | None, document: Document, expected: str) -> Diagnostic:
    if isinstance(node, Scalar) and expected == "text":
        quoted = _as_text(path, node, expected)
        if quoted is not None:
            return quoted
    found = describe(node, path)
    return Diagnostic(
        Code.WRONG_TYPE,
        Severity.ERROR,
        f"{dotted(path)} is {found}",
        _where(node, document, path),
        path=dotted(path),
        found=found,
        expected=expected,
        suggestions=() if is_secret(path) else (*_conversions(node, expected), *_mappings(node, path, expected)),
    )


def _where(node: Node | None, document: Document, path: Path) -> Span:
    whole = isinstance(node, Mapping | Items) and isinstance(path[-1], str)
    return document.key_span(path) if whole else document.span(path)


def _as_text(path: Path, node: Scalar, expected: str) -> Diagnostic | None:
    """A number or boolean where text is expected: YAML took away what the author typed."""
    if not node.plain or node.value is None or isinstance(node.value, str):
        return None
    odd = scalars.is_odd_boolean(node.text)
    kind = f"the boolean {str(node.value).lower()}" if isinstance(node.value, bool) else f"the number {node.value}"
    text = MASK if is_secret(path) else node.text
    edits = (Edit(_start(node.span, 0), '"'), Edit(_end(node.span), '"'))
    return Diagnostic(
        Code.YAML_BOOLEAN if odd else Code.YAML_NUMBER_AS_TEXT,
        Severity.ERROR,
        f"{dotted(path)} is {text} without quotes, which YAML reads as {kind}",
        node.span,
        path=dotted(path),
        found=kind,
        expected=expected,
        suggestions=(Suggestion(f'write "{text}"', "safe", edits),),
    )


def _mappings(node: Node | None, path: Path, expected: str) -> tuple[Suggestion, ...]:
    """Ways from something simpler to the mapping that was meant."""
    if expected != "a mapping" or node is None:
        return ()
    from vcluster_config.model.suggest import is_setting

    if isinstance(node, Scalar) and isinstance(node.value, bool) and is_setting((*path, "enabled")):
        return (Suggestion(f"write {{enabled: {node.text}}}", "safe", (Edit(node.span, f"{{enabled: {node.text}}}"),)),)
    if isinstance(node, Items):
        return (Suggestion("write names as keys, and below each what belongs to it, instead of a list"),)
    return ()


def _conversions(node: Node | None, expected: str) -> tuple[Suggestion, ...]:
    if isinstance(node, Mapping) and node.entries and expected == "a list":
        return (Suggestion('write "- " before its first key and indent the others as far, for a list with one item'),)
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        return ()
    if expected == "true or false" and node.value.lower() in ("true", "false", "yes", "no", "on", "off"):
        word = "true" if node.value.lower() in ("true", "yes", "on") else "false"
        return (Suggestion(f"write {word} without quotes", "safe", (Edit(node.span, word),)),)
    if expected == "a whole number" and node.value.isascii() and node.value.isdigit() and len(node.value) < 10:
        number = str(int(node.value))
        return (Suggestion(f"write {number} without quotes", "safe", (Edit(node.span, number),)),)
    if expected == "a list":
        return (
            Suggestion("make it a list with one item", "unsafe", (Edit(node.span, f"[{json.dumps(node.value)}]"),)),
        )
    return ()
