"""What there is to say about a setting, for ``explain PATH`` and for the reference pages."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from vcluster_config.lint.effects import EFFECTS
from vcluster_config.model.deprecated import DEPRECATED, sentence
from vcluster_config.model.root import Config
from vcluster_config.model.shape import Form, Place, Shape, default_of, places, spell
from vcluster_config.model.values import ValueType, auto_bool
from vcluster_config.schema.docstrings import description, in_context
from vcluster_contract.kinds import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS: Final = {bool: "true or false", int: "whole number", str: "text"}


def find(path: str) -> Place | None:
    """The place a dotted path names; indices and map keys may be written as they are in a file."""
    wanted = path.replace("[", ".[").split(".")
    for place in _every_place():
        if len(place.path) == len(wanted) and all(map(_same, place.path, wanted)):
            return place
    return None


@cache
def _every_place() -> tuple[Place, ...]:
    """Walked once: an editor asks at every key stroke."""
    return tuple(places(Config))


def _same(step: str, given: str) -> bool:
    return step in (given, "<key>") or (step == "[]" and given.startswith("["))


def facts(place: Place) -> list[tuple[str, str]]:
    """Everything known about a setting, as labelled sentences."""
    spelled = spell(place.path)
    found = [("about", text_of(place)), ("type", type_of(place.shape))]
    default = shown_default(place)
    if default:
        found.append(("default", default))
    found += [("replaced", sentence(entry)) for entry in DEPRECATED if _below(spelled, entry.path)]
    found += [("effect", effect.reason) for effect in EFFECTS if _covers(effect.path.split("."), place.path)]
    for kind in CATALOGUE:
        if kind.switch == spelled:
            found += [("grants", f"{', '.join(rule.verbs)} on {rule.resource}") for rule in kind.host_rules]
    return found


def _below(path: str, ancestor: str) -> bool:
    return path == ancestor or path.startswith(ancestor + ".")


def _covers(pattern: list[str], path: tuple[str, ...]) -> bool:
    return len(pattern) <= len(path) and all(step in ("*", key) for step, key in zip(pattern, path, strict=False))


def text_of(place: Place) -> str:
    """Description of a setting."""
    parent = by_path().get(place.path[:-1])
    text = _own_text(place)
    return in_context(text, place.path[-1], _own_text(parent)) if parent is not None else text


def _own_text(place: Place) -> str:
    assert place.owner is not None  # noqa: S101 - every place below the root has an owner
    names = {str(info.alias): name for name, info in place.owner.model_fields.items()}
    return description(place.owner, names[place.path[-1]])


@cache
def by_path() -> dict[tuple[str, ...], Place]:
    """Every place of the dialect by its path."""
    return {place.path: place for place in places(Config)}


def type_of(shape: Shape) -> str:
    """Type in words."""
    if shape.kube is not None:
        return f"Kubernetes {shape.kube.name}"
    if shape.form is Form.SECTION:
        return "section"
    if shape.form is Form.FREE:
        return "anything"
    if shape.item is not None:
        whole = "list" if shape.form is Form.LIST else "map"
        return f"{whole} of {type_of(shape.item)}"
    return _value_type(shape.value)


def _value_type(type_: Any) -> str:
    if isinstance(type_, ValueType):
        return type_.expected
    if type_ is auto_bool:
        return "auto, true or false"
    if get_origin(type_) is Literal:
        return "one of " + ", ".join(choice or '""' for choice in get_args(type_))
    return _WORDS[type_]


def shown_default(place: Place) -> str:
    """Default as JSON; empty for sections and required keys."""
    if place.info is None or place.shape.section is not None or place.info.is_required():
        return ""
    return json.dumps(default_of(place.info), ensure_ascii=False)


def children(place: Place) -> Iterator[Place]:
    """Settings directly below a section, a list of sections or a map of sections."""
    section = place.shape.section or (place.shape.item.section if place.shape.item else None)
    if section is None:
        return
    depth = len(place.path) + (0 if place.shape.section is not None else 1)
    for below in places(section, place.path + (() if depth == len(place.path) else _step(place))):
        if len(below.path) == depth + 1:
            yield below


def _step(place: Place) -> tuple[str, ...]:
    return ("<key>",) if place.shape.form is Form.MAP else ("[]",)


def reference_page(key: str) -> str:
    """Reference page of a top-level key."""
    top = next(place for place in places(Config) if place.path == (key,))
    below = [place for place in places(Config) if place.path[0] == key and len(place.path) > 1]
    lines = [f"# {key}", "", text_of(top), "", "| setting | type | default | meaning |", "| --- | --- | --- | --- |"]
    for place in below or [top]:
        default = shown_default(place)
        cells = [f"`{spell(place.path)}`", type_of(place.shape), f"`{default}`" if default else "", text_of(place)]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    notes = [effect for effect in EFFECTS if effect.path.split(".")[0] == key]
    if notes:
        lines += ["", "## Without effect", ""]
        lines += [f"- `{effect.path}`: {effect.reason}" for effect in notes]
    return "\n".join(lines) + "\n"


def reference_index() -> str:
    """List of the reference pages."""
    lines = ["# Settings", ""]
    for key in top_level():
        place = next(place for place in places(Config) if place.path == (key,))
        lines.append(f"- [`{key}`](settings/{key}.md): {text_of(place)}")
    return "\n".join(lines) + "\n"


def every_path() -> list[str]:
    """Every path of the dialect."""
    return [spell(place.path) for place in places(Config)]


def top_level() -> list[str]:
    """Keys at the top of a file."""
    return [place.path[0] for place in places(Config) if len(place.path) == 1]
