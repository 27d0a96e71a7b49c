"""Builds the model from nodes, value by value, so that one bad value hides no other and cost follows the file's size.

Pydantic would validate the whole tree through one validator, whose construction alone takes longer than linting may.
"""

from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal, TypeVar, get_args, get_origin

from pydantic.fields import FieldInfo
from pydantic_core import ValidationError

from vcluster_config.model import key_problems
from vcluster_config.model.base import Section
from vcluster_config.model.kubernetes import refusals
from vcluster_config.model.leaves import validator
from vcluster_config.model.shape import (
    Form,
    Shape,
    attributes,
    default_of,
    fields,
    lazy_section,
    required,
    shape_of,
)
from vcluster_config.model.values import ValueType, auto_bool
from vcluster_config.source.diagnostic import Diagnostic
from vcluster_config.source.node import Entry, Items, Mapping, Node, Path, is_null, plain

T = TypeVar("T", bound=Section)


@dataclass(frozen=True)
class BadValue:
    """A value that the model refuses, as pydantic describes it; its default stands in for it."""

    path: Path
    error: Dict[str, Any]


Built = dict[tuple[type[Section], int], tuple[Mapping, Section]]
"""Sections that are right, by class and identity of the node that they were built from, which is kept alive."""


@dataclass
class Builder:
    """Collects everything found on the way; what was ``built`` from the same node before is not built again."""

    diagnostics: list[Diagnostic] = field(default_factory=list)
    bad: list[BadValue] = field(default_factory=list)
    built: Built = field(default_factory=dict)

    def section(self, section: type[T], node: Mapping, path: Path) -> T:
        """Build a section, or take the one that was built from the node."""
        known = self.built.get((section, id(node)))
        if known is not None and isinstance(known[1], section):
            return known[1]
        before = len(self.diagnostics) + len(self.bad)
        made = self.new_section(section, node, path)
        if len(self.diagnostics) + len(self.bad) == before:
            self.built[section, id(node)] = node, made
        return made

    def new_section(self, section: type[T], node: Mapping, path: Path) -> T:
        """Build a section; unknown keys are reported and left out."""
        values: dict[str, Any] = {}
        known = fields(section)
        for entry in node.entries:
            here = (*path, entry.key)
            if entry.key not in known:
                self.diagnostics.append(key_problems.unknown(entry, here, list(known)))
            else:
                self.field(values, known[entry.key], entry, here)
        self.bad += [BadValue((*path, key), {"type": "missing"}) for key in required(section) if key not in values]
        names = attributes(section)
        made: T = default_instance(section).model_copy(update={names[key]: value for key, value in values.items()})
        return made

    def field(self, values: dict[str, Any], info: FieldInfo, entry: Entry, path: Path) -> None:
        """Set a field, unless it is an empty section, whose defaults stay."""
        shape = shape_of(info)
        if not is_null(entry.value):
            values[entry.key] = self.value(shape, entry.value, path, info)
        elif shape.form is Form.SECTION and not shape.nullable:
            self.diagnostics.append(key_problems.empty_section(entry, path))
        else:
            values[entry.key] = self.leaf(info, zero(shape), path)

    def value(self, shape: Shape, node: Node, path: Path, info: FieldInfo) -> Any:
        """Build a value: sections inside it one by one, everything else through pydantic."""
        if shape.section is not None and isinstance(node, Mapping):
            return self.section(shape.section, node, path)
        item = shape.item.section if shape.item is not None else None
        if item is not None and shape.form is Form.LIST and isinstance(node, Items):
            return [self.item(item, value, (*path, index)) for index, value in enumerate(node.items)]
        if item is not None and shape.form is Form.MAP and isinstance(node, Mapping):
            return {e.key: self.item(item, e.value, (*path, e.key)) for e in node.entries if self.key(shape, e, path)}
        if not self.fits_kubernetes(shape, node, path):
            return default_of(info)
        data = plain(node)
        if shape.form is Form.MAP:
            data = overlay(default_of(info) or {}, data)
        return self.leaf(info, data, path)

    def key(self, shape: Shape, entry: Entry, path: Path) -> bool:
        """Check a key of a map of sections."""
        if shape.key is not None and not shape.key.accepts(entry.key):
            error = {"type": "value", "ctx": {"expected": shape.key.expected}}
            self.bad.append(BadValue((*path, entry.key, "[key]"), error))
            return False
        return True

    def fits_kubernetes(self, shape: Shape, node: Node, path: Path) -> bool:
        """Check an object, or a list of objects, that Kubernetes will read."""
        before = len(self.bad)
        if shape.kube is not None:
            self.bad += [BadValue(item.path, item.error) for item in refusals(shape.kube, node, path)]
        elif shape.item is not None and shape.item.kube is not None and isinstance(node, Items):
            for index, item in enumerate(node.items):
                self.fits_kubernetes(shape.item, item, (*path, index))
        return len(self.bad) == before

    def item(self, section: type[Section], node: Node, path: Path) -> Any:
        """Build a section that is an item of a list or a value of a map."""
        if isinstance(node, Mapping):
            return self.section(section, node, path)
        self.bad.append(BadValue(path, {"type": "model_type", "msg": ""}))
        return default_instance(section)

    def leaf(self, info: FieldInfo, data: Any, path: Path) -> Any:
        """Validate a value; what pydantic refuses is replaced by the default."""
        try:
            return validator(info).validate_python(data)
        except ValidationError as error:
            for item in error.errors(include_url=False, include_input=False):
                self.bad.append(BadValue((*path, *item["loc"]), {**item}))
            shape = shape_of(info)
            return default_of(info) if shape.section is None or shape.nullable else default_instance(shape.section)


@cache
def default_instance(section: type[T]) -> T:
    """A section with all its defaults; keys that have none are None, as stand-ins for what is missing.

    Lazily imported sections are left out and filled in when somebody asks for them.
    """
    built = section.model_construct(set(), **{key: _default(info) for key, info in fields(section).items()})
    for name, info in section.model_fields.items():
        if lazy_section(info.metadata) is not None:
            del built.__dict__[name]
    return built


def _default(info: FieldInfo) -> Any:
    if lazy_section(info.metadata) is not None:
        return None
    shape = shape_of(info)
    if shape.section is not None and not shape.nullable:
        return default_instance(shape.section)
    return default_of(info)


def zero(shape: Shape) -> Any:
    """What remains of a value whose default was removed by null (Helm: "Deleting a Default Key")."""
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
