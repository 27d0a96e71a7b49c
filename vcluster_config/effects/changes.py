"""Differences between two objects, field by field, with list items matched by what Kubernetes merges them by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FieldPath = tuple[str, ...]
"""Steps to a field; items of lists are spelled ``[name]`` or ``[0]``."""

_STEP: Final = re.compile(r'\["([^"]*)"\]|\[([^\]]*)\]|\.?([^.\[]+)')
_PLAIN: Final = re.compile(r"[A-Za-z0-9_/-]+")


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs; a side that has no such field is None."""

    path: FieldPath
    before: Any
    after: Any


def differences(before: Any, after: Any, path: FieldPath = ()) -> Iterator[Change]:
    """The smallest set of fields that differ, in order of their names."""
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from differences(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, (list, tuple)) and isinstance(after, (list, tuple)):
        yield from _items(before, after, path)
    else:
        yield Change(path, before, after)


def _items(before: Sequence[Any], after: Sequence[Any], path: FieldPath) -> Iterator[Change]:
    name = _naming(before, after)
    old, new = ({name(item, index): item for index, item in enumerate(items)} for items in (before, after))
    for key in dict.fromkeys((*old, *new)):
        yield from differences(old.get(key), new.get(key), (*path, key))
    if [key for key in old if key in new] != [key for key in new if key in old]:
        yield Change((*path, "[order]"), list(old), list(new))


def _naming(*lists: Sequence[Any]) -> Callable[[Any, int], str]:
    """How items are told apart: the first way that gives each item of a list a name of its own, or their position."""
    for way in _WAYS:
        named = [[way(item) for item in items] for items in lists]
        if all(None not in names and len(set(names)) == len(names) for names in named):
            return lambda item, _, way=way: f"[{way(item)}]"  # type: ignore[misc]
    return lambda _, index: f"[{index}]"


def _by(key: str) -> Callable[[Any], Any]:
    return lambda item: item.get(key) if isinstance(item, dict) else None


def _flag(item: Any) -> str | None:
    return item.partition("=")[0] if isinstance(item, str) and item else None


def _rule(item: Any) -> str | None:
    if not (isinstance(item, dict) and "verbs" in item):
        return None
    subjects = item.get("resources") or item.get("nonResourceURLs") or ()
    names = "".join(f"={name}" for name in item.get("resourceNames") or ())
    return (
        ",".join("/".join(filter(None, (",".join(item.get("apiGroups") or ()), subject))) for subject in subjects)
        + names
    )


def _manifest(item: Any) -> str | None:
    if isinstance(item, dict) and "kind" in item and isinstance(item.get("metadata"), dict):
        metadata = item["metadata"]
        return "/".join(filter(None, (item["kind"], metadata.get("namespace"), metadata.get("name"))))
    return None


_WAYS: Final = (_flag, _rule, _manifest, *map(_by, ("name", "mountPath", "key", "containerPort", "port")))


def spell(path: FieldPath) -> str:
    """``spec.template.spec.containers[syncer].args[--port]``; keys with dots stand in quotes and brackets."""
    text = ""
    for step in path:
        if step.startswith("["):
            text += step
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def parse(text: str) -> FieldPath:
    """Read what ``spell`` writes; a leading dot is allowed."""
    steps = []
    for quoted, item, key in _STEP.findall(text):
        steps.append(quoted or (f"[{item}]" if item else key))
    return tuple(steps)


def find(content: Any, path: FieldPath) -> tuple[FieldPath, Any] | None:
    """Value at a path, and the path as ``differences`` spells it; items may be given by position; None: no field."""
    found: list[str] = []
    for step in path:
        if isinstance(content, dict) and step in content:
            content = content[step]
            found.append(step)
        elif isinstance(content, (list, tuple)) and step.startswith("["):
            name = _naming(content)
            keys = [name(item, index) for index, item in enumerate(content)]
            position = _position(step, keys)
            if position is None:
                return None
            content = content[position]
            found.append(keys[position])
        else:
            return None
    return tuple(found), content


def _position(step: str, keys: Sequence[str]) -> int | None:
    """Index of an item by its name, by the last part of its name, or by its number."""
    inner = step[1:-1]
    ends = (index for index, key in enumerate(keys) if key == step or key.endswith(f"/{step[1:]}"))
    return next(ends, int(inner) if inner.isdecimal() and int(inner) < len(keys) else None)
