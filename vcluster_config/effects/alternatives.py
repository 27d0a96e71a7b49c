"""Other values for a setting, so that trying them shows what the setting decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from vcluster_config.model.kubernetes import choices_of, types
from vcluster_config.model.object_rules.rules import RULES
from vcluster_config.model.shape import Form, Shape, fields, shape_of
from vcluster_config.model.values import ValueType, auto_bool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.model.base import Section

_WORD = "changed"


def alternatives(shape: Shape, current: Any) -> Iterator[Any]:
    """Values of the shape, as in a file, that differ from the current one."""
    for value in _values(shape, current):
        if value != current:
            yield value


def _values(shape: Shape, current: Any) -> Iterator[Any]:
    if shape.form is Form.LIST and shape.item is not None:
        yield from ([item] for item in _values(shape.item, None))
        yield []
    elif shape.kube is not None:
        yield _kubernetes_object(shape.kube.name)
    elif shape.form is Form.MAP and shape.item is not None:
        yield from ({_key(shape): item} for item in _values(shape.item, None))
        yield {}
    elif shape.section is not None:
        yield _section(shape.section)
    elif shape.form is Form.FREE:
        yield _WORD
    else:
        yield from _scalars(shape.value, current)


def _scalars(type_: Any, current: Any) -> Iterator[Any]:
    if type_ is auto_bool:
        yield from ("auto", True, False)
    elif type_ is bool:
        yield from (True, False)
    elif type_ is int:
        now = current if isinstance(current, int) else 0
        yield from (now + 1, max(now - 1, 0))
    elif get_origin(type_) is Literal:
        yield from get_args(type_)
    elif isinstance(type_, ValueType):
        yield from (*type_.examples, "")
    else:
        yield _WORD


def _key(shape: Shape) -> str:
    return shape.key.examples[0] if shape.key is not None and shape.key.examples else _WORD


def _section(section: type[Section]) -> dict[str, Any]:
    """An item with the keys that it must have."""
    required = {key: shape_of(info) for key, info in fields(section).items() if info.is_required()}
    return {key: next(_values(shape, None)) for key, shape in required.items()}


def _kubernetes_object(name: str) -> dict[str, Any]:
    """An object with all simple fields of its type that go together, and those it must have."""
    known = types()[name]
    simple = {key: _simple(name, key, kind) for key, kind in known["fields"].items()}
    needed = {key: _needed(known["fields"][key]) for key in known["required"]}
    found = {**{key: value for key, value in simple.items() if value is not None}, **needed}
    rule = RULES.get(name)
    while rule is not None:
        clashing = next((path[0] for path, _ in rule(found) if path and path[0] in found.keys() - needed.keys()), None)
        if clashing is None:
            break
        del found[str(clashing)]
    return found


def _simple(name: str, key: str, kind: str) -> Any:
    words = choices_of(name, key) if kind == "string" else ()
    if words:
        return words[-1]
    return {"string": _WORD, "integer": 7, "boolean": True, "quantity": "7", "int-or-string": 7}.get(kind)


def _needed(kind: str) -> Any:
    if kind.startswith("#"):
        return _kubernetes_object(kind[1:])
    if kind.startswith("[]"):
        return [_needed(kind[2:])]
    return {} if kind.startswith("{}") else {"integer": 7, "boolean": True}.get(kind, _WORD)
