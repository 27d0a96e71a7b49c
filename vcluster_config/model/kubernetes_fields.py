"""Fields of Kubernetes objects inside a vcluster.yaml, so that help and rules do not end where the dialect does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from vcluster_config.model.kubernetes import choices_of, types
from vcluster_config.model.root import Config
from vcluster_config.model.shape import Form, Shape, fields, shape_of

_WORDS: Final = {"string": "text", "integer": "whole number", "boolean": "true or false", "any": "anything"}


@dataclass(frozen=True, slots=True)
class KubeField:
    """A place inside an object: its type as the model spells types, and the field it is (owner and name)."""

    kind: str
    owner: str = ""
    name: str = ""

    @property
    def fields(self) -> Mapping[str, str]:
        """Fields of the object that is here, by name; empty for values."""
        found: Mapping[str, str] = types()[self.kind[1:]]["fields"] if self.kind.startswith("#") else {}
        return found

    @property
    def choices(self) -> tuple[str, ...]:
        """Words that may stand here, when the set is closed."""
        return tuple(word for word in (choices_of(self.owner, self.name) if self.owner else ()) if word)

    def below(self, step: str) -> "KubeField | None":
        """One step down."""
        if step == "[]":
            return KubeField(self.kind[2:]) if self.kind.startswith("[]") else None
        if self.kind.startswith("{}"):
            return KubeField(self.kind[2:])
        kind = self.fields.get(step)
        return KubeField(kind, self.kind[1:], step) if kind is not None else None


def at(path: tuple[str, ...]) -> "KubeField | None":
    """The place inside a Kubernetes object that a path leads to; None outside of such objects."""
    shape: Shape | None = None
    section: Any = Config
    for index, step in enumerate(path):
        shape = _next(shape, section, step)
        if shape is None:
            return None
        section = shape.section
        if shape.kube is not None:
            return _down(KubeField(f"#{shape.kube.name}"), path[index + 1 :])
    return None


def _next(shape: Shape | None, section: Any, step: str) -> Shape | None:
    if section is not None:
        info = fields(section).get(step)
        return shape_of(info) if info is not None else None
    if shape is None or shape.item is None or (step == "[]") != (shape.form is Form.LIST):
        return None
    return shape.item


def _down(found: KubeField | None, steps: tuple[str, ...]) -> "KubeField | None":
    for step in steps:
        found = found.below(step) if found is not None else None
    return found


def type_of(kind: str) -> str:
    """A type in words."""
    if kind.startswith("[]"):
        return f"list of {type_of(kind[2:])}"
    if kind.startswith("{}"):
        return f"map of {type_of(kind[2:])}"
    return f"Kubernetes {kind[1:]}" if kind.startswith("#") else _WORDS.get(kind, kind)
