"""Differences as text for people and as JSON for scripts and review comments."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.effects.changes import spell
from vcluster_config.effects.masking import masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vcluster_config.effects.difference import CostChange, Difference, ObjectChange
    from vcluster_config.effects.exposure import ExposureChange
    from vcluster_config.effects.rights import RightsChange

_SIGNS: Final = {"added": "+", "removed": "-", "changed": "~"}
_WIDTH: Final = 100


def as_text(found: Difference, secrets: frozenset[str]) -> str:
    """A section for each sort of effect; sections without content are left out."""
    sections = (
        ("objects", _objects(found.objects, secrets)),
        ("cost", map(_cost, found.cost)),
        ("rights", map(_right, found.rights)),
        ("exposure", map(_exposure, found.exposure)),
        ("restarts", found.restarts),
        ("left behind", found.left_behind),
        ("refused", found.refused),
    )
    lines = [line for title, content in sections for line in _section(title, content)]
    return "\n".join(lines or ["nothing changes"]) + "\n"


def as_markdown(found: Difference, secrets: frozenset[str]) -> str:
    """For comments on pull requests: what matters in front, fields of objects folded away."""
    parts = [
        *_bullets("Refused", found.refused),
        *_bullets("Restarts", found.restarts),
        *_bullets("Left behind", found.left_behind),
        *_bullets("Cost", [_cost(change) for change in found.cost]),
        *_bullets("Rights", [f"`{line}`" for line in map(_right, found.rights)]),
        *_bullets("Exposure", [_exposure(change) for change in found.exposure]),
    ]
    lines = list(_objects(found.objects, secrets))
    if lines:
        objects = f"{len(found.objects)} object{'s' * (len(found.objects) > 1)}"
        parts += ["<details>", f"<summary>{objects}</summary>", "", "```", *lines, "```", "</details>"]
    return "\n".join(parts or ["Nothing changes."]) + "\n"


def _bullets(title: str, lines: Sequence[str]) -> list[str]:
    return [f"**{title}**", "", *(f"- {line}" for line in lines), ""] if lines else []


def _section(title: str, content: Iterable[str]) -> Iterator[str]:
    lines = list(content)
    if lines:
        yield f"{title}:"
        yield from (f"  {line}" for line in lines)


def _objects(objects: Iterable[ObjectChange], secrets: frozenset[str]) -> Iterator[str]:
    for item in objects:
        yield f"{_SIGNS[item.action]} {item.identity}"
        for change in item.fields:
            before, after = (_word(masked(item.identity.kind, change, value, secrets)) for value in _sides(change))
            yield f"    {spell(change.path)}: {before} -> {after}"


def _sides(change: Any) -> tuple[Any, Any]:
    return change.before, change.after


def _word(value: Any) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) and value else json.dumps(value)
    line = " ".join(str(text).split())
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def _right(change: RightsChange) -> str:
    where = f"in namespace {change.scope}" if change.scope else "in the whole host"
    moved = [f"{sign}{verb}" for sign, verbs in (("+", change.gained), ("-", change.lost)) for verb in verbs]
    return f"{change.subject} {where}: {' '.join(moved)}"


def _cost(change: CostChange) -> str:
    return f"{change.resource}: {change.before or 'none'} -> {change.after or 'none'}"


def _exposure(change: ExposureChange) -> str:
    return f"{change.action}: {change.opening}"


def as_json(found: Difference, secrets: frozenset[str]) -> str:
    """One document with a format version; a field that one side lacks is null there."""
    document = {
        "format_version": 1,
        "objects": [_object(item, secrets) for item in found.objects],
        "cost": [{"resource": item.resource, "before": item.before, "after": item.after} for item in found.cost],
        "rights": [
            {"scope": item.scope, "subject": item.subject, "gained": item.gained, "lost": item.lost}
            for item in found.rights
        ],
        "exposure": [{"action": item.action, "opening": item.opening} for item in found.exposure],
        "restarts": found.restarts,
        "left_behind": found.left_behind,
        "refused": found.refused,
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _object(item: ObjectChange, secrets: frozenset[str]) -> dict[str, Any]:
    kind = item.identity.kind
    fields = [
        {
            "path": spell(change.path),
            "before": masked(kind, change, change.before, secrets),
            "after": masked(kind, change, change.after, secrets),
        }
        for change in item.fields
    ]
    named = {"kind": kind, "name": item.identity.name, "namespace": item.identity.namespace}
    return {"action": item.action, **named, **({"fields": fields} if fields else {})}
