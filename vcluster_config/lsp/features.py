"""Hover, completion, diagnostics and quick fixes for one text."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from vcluster_config.judged import judge
from vcluster_config.lint.check import Report, check
from vcluster_config.lint.fix import safe_edits
from vcluster_config.lsp.place import Cursor, cursor, sibling_keys
from vcluster_config.model import kubernetes_fields as kubernetes
from vcluster_config.model.root import Config
from vcluster_config.model.shape import Form, Place, Shape, fields, places, shape_of, spell
from vcluster_config.model.values import ValueType, auto_bool
from vcluster_config.schema import settings
from vcluster_config.source.diagnostic import Related, Severity, Span, in_order
from vcluster_config.source.parse import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vcluster_config.lsp.layers import Layers
    from vcluster_config.lsp.protocol import Message, Units
    from vcluster_config.lsp.settings import Settings
    from vcluster_config.source.diagnostic import Diagnostic, Edit, Suggestion

_SEVERITIES: Final = {"error": 1, "warning": 2, "info": 3, "hint": 4}
_PROPERTY: Final = 10
_VALUE: Final = 12
FIX_ALL: Final = "source.fixAll"


def report(uri: str, text: str, layers: Layers | None = None, wanted: Settings | None = None) -> Report:
    """Check a text over its layers, as the settings want it; its name in findings is its address.

    What is found in a layer and would not be without the text is shown at the start of the text.
    """
    own = SourceFile.decode(uri, text.encode("utf-8", "surrogatepass"))
    if layers is None or not (layers.files or layers.missing):
        return _checked([own], wanted)
    found = _checked([*layers.files, own], wanted)
    alone = _checked(layers.files, wanted).diagnostics if layers.files else []
    here = [item if item.span.file == uri else _elsewhere(item, uri) for item in found.diagnostics if item not in alone]
    return replace(found, diagnostics=in_order([*layers.missing, *here]))


def _checked(files: Sequence[SourceFile], wanted: Settings | None) -> Report:
    return judge(check(files, host=wanted.host, security=wanted.security) if wanted is not None else check(files))


def _elsewhere(item: Diagnostic, uri: str) -> Diagnostic:
    related = (Related(item.message, item.span), *item.related)
    return item._replace(span=Span(uri, 1, 1, 1, 2), related=related, suggestions=())


def diagnostics(found: Report, lines: list[str], units: Units) -> list[Message]:
    """Findings in the protocol's form."""
    return [_diagnostic(item, found, lines, units) for item in found.diagnostics]


def location(span: Span, found: Report, uri: str, lines: list[str], units: Units) -> Message:
    """A place in a text whose lines are at hand, or in a layer below it."""
    its = lines if span.file == uri else found.document.sources.get(span.file, "").split("\n")
    return {"uri": span.file, "range": units.range(span, its)}


def hints(found: Report, uri: str, lines: list[str], units: Units) -> list[Message]:
    """What each ``auto`` in the text becomes, to be shown behind it."""
    from vcluster_config.effects import automatic

    if found.config is None:
        return []
    shown = [item for item in automatic.findings(found.document) if item.span.file == uri]
    return [
        {
            "position": units.range(item.span, lines)["end"],
            "label": f"= {item.message.split()[-2]}",
            "paddingLeft": True,
            "tooltip": item.message,
        }
        for item in shown
    ]


def _diagnostic(item: Diagnostic, found: Report, lines: list[str], units: Units) -> Message:
    uri = item.span.file
    message = item.message
    if item.expected:
        message += f"; expected {item.expected}"
    return {
        "range": units.range(item.span, lines),
        "severity": _SEVERITIES[item.severity],
        "code": item.code.value,
        "source": "vcluster-config",
        "message": message,
        "relatedInformation": [
            {"location": location(other.span, found, uri, lines, units), "message": other.message}
            for other in item.related
        ],
    }


def actions(found: Report, uri: str, lines: list[str], on: range, units: Units) -> list[Message]:
    """Suggestions with edits for findings on some lines, which count from 0, a way to accept each, and all fixes."""
    here = [item for item in found.diagnostics if item.span.line - 1 in on]
    shown = [(item, _diagnostic(item, found, lines, units)) for item in here]
    fixes = [
        {**action, "diagnostics": [message]}
        for item, message in shown
        for suggestion in item.suggestions
        if (action := _fix(suggestion, uri, lines, units)) is not None
    ]
    accepted = [
        {**_accept(item, uri, lines), "diagnostics": [message]}
        for item, message in shown
        if item.severity is not Severity.ERROR
    ]
    safe = [edit for edit in safe_edits(found.diagnostics) if edit.span.file == uri]
    everything = [_action("Apply all safe fixes", FIX_ALL, uri, _edits(safe, lines, units))] if safe else []
    return [*fixes, *accepted, *everything]


def _fix(suggestion: Suggestion, uri: str, lines: list[str], units: Units) -> Message | None:
    if not suggestion.edits or any(edit.span.file != uri for edit in suggestion.edits):
        return None
    action = _action(suggestion.title, "quickfix", uri, _edits(suggestion.edits, lines, units))
    return {**action, "isPreferred": suggestion.applicability == "safe"}


def _accept(item: Diagnostic, uri: str, lines: list[str]) -> Message:
    """A comment above the line; what follows it is the author's reason."""
    line = item.span.line - 1
    indent = lines[line][: len(lines[line]) - len(lines[line].lstrip())] if line < len(lines) else ""
    start = {"line": line, "character": 0}
    text = f"{indent}# vcluster-config: ignore[{item.code}] because ...\n"
    return _action(
        f"Accept {item.code} here", "quickfix", uri, [{"range": {"start": start, "end": start}, "newText": text}]
    )


def _action(title: str, kind: str, uri: str, edits: list[Message]) -> Message:
    return {"title": title, "kind": kind, "edit": {"changes": {uri: edits}}}


def _edits(edits: Iterable[Edit], lines: list[str], units: Units) -> list[Message]:
    return [{"range": units.range(edit.span, lines), "newText": edit.text} for edit in edits]


def hover(lines: list[str], line: int, index: int) -> str | None:
    """Everything about the setting under the cursor, as Markdown."""
    path = cursor(lines, line, index).path
    place = settings.find(_spelled(path))
    if place is not None:
        rest = [f"- {label}: {text}" for label, text in settings.facts(place)[1:]]
        return "\n".join([f"**{spell(place.path)}**", "", settings.text_of(place), "", *rest])
    field = kubernetes.at(path)
    if field is None or not field.name:
        return None
    words = [f"- one of: {', '.join(field.choices)}"] if field.choices else []
    return "\n".join([f"**{field.owner}.{field.name}**", "", f"- type: {kubernetes.type_of(field.kind)}", *words])


def complete(lines: list[str], line: int, index: int) -> list[Message]:
    """Keys that fit at the cursor, or values behind a colon."""
    here = cursor(lines, line, index)
    if here.in_value:
        return [{"label": word, "kind": _VALUE} for word in _words(here)]
    indent = len(lines[line]) - len(lines[line].lstrip()) if line < len(lines) and lines[line].strip() else index
    given = sibling_keys(lines, line, indent)
    return [item for item in (*_dialect(here.parents), *_kubernetes(here.parents)) if item["label"] not in given]


def _words(here: Cursor) -> list[str]:
    place = settings.find(_spelled(here.path))
    if place is not None:
        return _choices(place)
    field = kubernetes.at(here.path)
    if field is None:
        return []
    return ["true", "false"] if field.kind == "boolean" else list(field.choices)


def _dialect(parents: tuple[str, ...]) -> list[Message]:
    return [_key_item(place) for place in _below(parents)]


def _kubernetes(parents: tuple[str, ...]) -> list[Message]:
    field = kubernetes.at(parents)
    return [
        {
            "label": name,
            "kind": _PROPERTY,
            "detail": kubernetes.type_of(kind),
            "insertText": f"{name}:" if kind[0] in "#[{" else f"{name}: ",
        }
        for name, kind in (field.fields.items() if field is not None else ())
    ]


def _below(parents: tuple[str, ...]) -> Iterator[Place]:
    """Settings directly below a path."""
    section: Any = Config
    for step in parents:
        if step == "[]":
            continue
        known = fields(section) if section is not None else {}
        shape = shape_of(known[step]) if step in known else None
        if shape is None:
            return
        section = shape.section or (shape.item.section if shape.item else None)
        if shape.form is Form.MAP and section is not None:
            break  # the next step is a name of the author's own
    if section is not None:
        yield from (place for place in places(section) if len(place.path) == 1)


def _key_item(place: Place) -> Message:
    nested = place.shape.form in (Form.SECTION, Form.MAP, Form.LIST)
    default = settings.shown_default(place)
    return {
        "label": place.path[-1],
        "kind": _PROPERTY,
        "detail": settings.type_of(place.shape) + (f", default {default}" if default else ""),
        "documentation": settings.text_of(place),
        "insertText": f"{place.path[-1]}:" if nested else f"{place.path[-1]}: ",
    }


def _choices(place: Place) -> list[str]:
    shape: Shape = place.shape
    if shape.value is bool:
        return ["true", "false"]
    if shape.value is auto_bool:
        return ["auto", "true", "false"]
    if get_origin(shape.value) is Literal:
        return [word or '""' for word in get_args(shape.value)]
    return list(shape.value.examples) if isinstance(shape.value, ValueType) else []


def _spelled(path: tuple[str, ...]) -> str:
    return ".".join(path).replace(".[]", "[]")
