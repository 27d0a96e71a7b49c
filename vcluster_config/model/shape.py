"""The model as a tree of shapes, for everything that walks it: preparation, suggestions, schemas, explanations."""

import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from typing import Any, Literal

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from vcluster_config.model.base import Lazy, Section
from vcluster_config.model.kubernetes import KubeType
from vcluster_config.model.values import ValueType, auto_bool


class Form(Enum):
    """What YAML form a value has."""

    SECTION = "section"
    MAP = "map"
    LIST = "list"
    VALUE = "value"
    FREE = "free"


@dataclass(frozen=True)
class Shape:
    """Form of a value.

    ``item`` is the shape of map values and list items, ``key`` the type of map keys, ``value`` a Python type or value
    type, ``low`` and ``high`` bounds of a number, ``kube`` the type of an object that Kubernetes reads, ``model`` the
    class of a section, or where it is.
    """

    form: Form
    value: Any = None
    low: int | None = None
    high: int | None = None
    item: "Shape | None" = None
    model: type[Section] | Lazy | None = None
    nullable: bool = False
    kube: KubeType | None = None
    key: ValueType | None = None

    @property
    def section(self) -> type[Section] | None:
        """Class of a section, imported when somebody asks."""
        return self.model.load() if isinstance(self.model, Lazy) else self.model


@cache
def fields(section: type[Section]) -> dict[str, FieldInfo]:
    """Fields of a section by the key they have in YAML."""
    return {str(info.alias): info for info in section.model_fields.values()}


@cache
def attributes(section: type[Section]) -> dict[str, str]:
    """Attributes of a section by the key they have in YAML."""
    return {str(info.alias): name for name, info in section.model_fields.items()}


@cache
def required(section: type[Section]) -> tuple[str, ...]:
    """Keys that a file must set."""
    return tuple(key for key, info in fields(section).items() if info.is_required())


@cache
def shape_of(info: FieldInfo) -> Shape:
    """Shape of a field's value."""
    return _shape(info.annotation, tuple(info.metadata))


def _shape(annotation: Any, metadata: tuple[Any, ...] = ()) -> Shape:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        base, *more = typing.get_args(annotation)
        return _shape(base, (*metadata, *more))
    kube = next((item for item in metadata if isinstance(item, KubeType)), None)
    if kube is not None:
        return replace(_shape(annotation), kube=kube)
    lazy = lazy_section(metadata)
    if lazy is not None:
        return Shape(Form.SECTION, model=lazy)
    special = next((item for item in metadata if isinstance(item, ValueType) or item is auto_bool), None)
    if special is not None:
        return Shape(Form.VALUE, special)
    if origin in (types.UnionType, typing.Union):
        kept = [arg for arg in typing.get_args(annotation) if arg is not type(None)]
        return replace(_shape(kept[0], metadata), nullable=True)
    return _number(metadata) if annotation is int else _plain_shape(annotation, origin)


def lazy_section(metadata: Iterable[Any]) -> Lazy | None:
    """The mark of a section that is imported on demand, if there is one."""
    return next((item for item in metadata if isinstance(item, Lazy)), None)


def _number(metadata: tuple[Any, ...]) -> Shape:
    low: Any = next((item.ge for item in metadata if isinstance(item, Ge)), None)
    high: Any = next((item.le for item in metadata if isinstance(item, Le)), None)
    return Shape(Form.VALUE, int, low, high)


def _plain_shape(annotation: Any, origin: Any) -> Shape:
    if origin is dict or annotation is dict:
        key, item = typing.get_args(annotation)
        return Shape(Form.MAP, item=_shape(item), key=_key(key))
    if origin is list:
        return Shape(Form.LIST, item=_shape(typing.get_args(annotation)[0]))
    if origin is Literal:
        return Shape(Form.VALUE, annotation)
    if annotation is Any:
        return Shape(Form.FREE)
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return Shape(Form.SECTION, model=annotation)
    return Shape(Form.VALUE, annotation)


def _key(annotation: Any) -> ValueType | None:
    return next((item for item in typing.get_args(annotation)[1:] if isinstance(item, ValueType)), None)


@dataclass(frozen=True)
class Place:
    """A path of the dialect: map keys are ``<key>``, list items ``[]``."""

    path: tuple[str, ...]
    shape: Shape
    info: FieldInfo | None
    owner: type[Section] | None


def places(section: type[Section], path: tuple[str, ...] = ()) -> Iterator[Place]:
    """Every path below a section, parents first."""
    for key, info in fields(section).items():
        shape = shape_of(info)
        yield Place((*path, key), shape, info, section)
        yield from _below(shape, (*path, key))


def _below(shape: Shape, path: tuple[str, ...]) -> Iterator[Place]:
    if shape.section is not None:
        yield from places(shape.section, path)
    elif shape.item is not None:
        step = "<key>" if shape.form is Form.MAP else "[]"
        if shape.item.section is not None:
            yield from places(shape.item.section, (*path, step))
        elif shape.item.item is not None:
            yield from _below(shape.item, (*path, step))


def spell(path: tuple[str, ...]) -> str:
    """Dotted text of a place: ``sync.toHost.pods.patches[].path``."""
    return ".".join(path).replace(".[]", "[]")


def default_of(info: FieldInfo) -> Any:
    """Default of a field that is not a section; None when it has none."""
    return None if info.is_required() else info.get_default(call_default_factory=True, validated_data={})
