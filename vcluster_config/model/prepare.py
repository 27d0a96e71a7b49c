"""Turns nodes into what the model validates: unknown keys named, nulls and partial maps resolved as Helm does."""

from dataclasses import dataclass, field
from typing import Any, Literal, get_args, get_origin

from vcluster_config.model import key_problems
from vcluster_config.model.base import Section
from vcluster_config.model.shape import Form, Shape, default_of, fields, shape_of
from vcluster_config.model.values import ValueType, auto_bool
from vcluster_config.source.diagnostic import Diagnostic
from vcluster_config.source.node import Entry, Items, Mapping, Node, Path, Scalar, plain


@dataclass
class Preparation:
    """Collects diagnostics while walking."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def section(self, section: type[Section], node: Mapping, path: Path) -> dict[str, Any]:
        """Data for a section; unknown keys are reported and left out."""
        data: dict[str, Any] = {}
        known = fields(section)
        for entry in node.entries:
            info = known.get(entry.key)
            here = (*path, entry.key)
            if info is None:
                self.diagnostics.append(key_problems.unknown(entry, here, list(known)))
                continue
            shape = shape_of(info)
            if isinstance(entry.value, Scalar) and entry.value.value is None:
                self.null(data, shape, entry, here)
            else:
                data[entry.key] = self.value(shape, entry.value, here, default_of(info))
        return data

    def null(self, data: dict[str, Any], shape: Shape, entry: Entry, path: Path) -> None:
        """Null removes a default (Helm: "Deleting a Default Key"); a whole section cannot be removed."""
        if shape.form is Form.SECTION and not shape.nullable:
            self.diagnostics.append(key_problems.empty_section(entry, path))
        else:
            data[entry.key] = zero(shape)

    def value(self, shape: Shape, node: Node, path: Path, default: Any = None) -> Any:
        """Data for a value of a known shape; a value of another form is passed on for the model to refuse."""
        if shape.section is not None and isinstance(node, Mapping):
            return self.section(shape.section, node, path)
        if shape.form is Form.LIST and isinstance(node, Items) and shape.item is not None:
            return [self.value(shape.item, item, (*path, index)) for index, item in enumerate(node.items)]
        if shape.form is Form.MAP and isinstance(node, Mapping) and shape.item is not None:
            if shape.item.section is not None:
                return {e.key: self.value(shape.item, e.value, (*path, e.key)) for e in node.entries}
            return overlay(default or {}, plain(node))
        return plain(node)


def zero(shape: Shape) -> Any:
    """What remains of a value whose default was removed."""
    if shape.nullable or shape.form is Form.FREE:
        return None
    if shape.form is Form.MAP:
        return {}
    if shape.form is Form.LIST:
        return []
    return _zero_value(shape.value)


def _zero_value(type_: Any) -> Any:
    if type_ is auto_bool or type_ is bool:
        return False
    if type_ is int:
        return 0
    if isinstance(type_, ValueType) or type_ is str:
        return ""
    return "" if get_origin(type_) is Literal and "" in get_args(type_) else None


def overlay(default: Any, value: Any) -> Any:
    """Merge a map over its default as Helm does: mappings merge, null removes, everything else replaces."""
    if not isinstance(default, dict) or not isinstance(value, dict):
        return value
    merged = dict(default)
    for key, item in value.items():
        if item is None:
            merged.pop(key, None)
        else:
            merged[key] = overlay(merged.get(key), item)
    return merged
