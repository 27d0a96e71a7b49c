"""Server-side apply on plain JSON (Kubernetes docs, "Server-Side Apply"), with field ownership per manager.

A field path is a tuple of steps: a member name, or ``(key, value, …)`` for an item of a keyed list. Lists without known
keys are atomic.
"""

from __future__ import annotations

from typing import Any

from vcluster_syncer.kube.api import JSON
from vcluster_syncer.kube.errors import Conflict

Path = tuple[Any, ...]
Fields = dict[Path, Any]
Managers = dict[str, set[Path]]
"""Paths owned by each ``manager/operation/sub-resource``."""

LIST_KEYS: dict[str, tuple[str, ...]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "env": ("name",),
    "volumes": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "imagePullSecrets": ("name",),
    "hostAliases": ("ip",),
    "conditions": ("type",),
    "ownerReferences": ("uid",),
    "secrets": ("name",),
}
PORT_KEYS = {"containers": ("containerPort", "protocol"), "spec": ("port", "protocol")}
SETS = {"finalizers"}
ITEM = "the item itself"
SERVER_OWNED = {
    "resourceVersion", "uid", "creationTimestamp", "generation", "managedFields", "name", "namespace",
    "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "generateName",
}  # fmt: skip


def apply(live: JSON, applied: JSON, manager: str, managers: Managers, *, force: bool) -> JSON:
    """The object after the apply; ``managers`` is updated in place.

    Raises:
        Conflict: another manager owns a field with another value and ``force`` is not set.
    """
    wanted = leaves(applied)
    current = leaves(live)
    me = manager
    contested = {
        path: other
        for path, value in wanted.items()
        for other, owned in managers.items()
        if other != me and path in owned and current.get(path) != value
    }
    if contested and not force:
        raise _conflict(contested)
    for path, other in contested.items():
        managers[other].discard(path)
    abandoned = managers.get(me, set()) - set(wanted)
    result = live
    foreign = [path for other, owned in managers.items() if other != me for path in owned]
    for path in sorted(abandoned, key=len):
        if not any(path == other[: len(path)] for other in foreign):
            result = _without(result, path)
    for path, value in wanted.items():
        mergeable = value == {} or (value == [] and _keys_of(path))
        if not (mergeable and _at(result, path)):
            result = _with(result, path, value)
    managers[me] = set(wanted)
    return result


def record_update(old: JSON, new: JSON, manager: str, managers: Managers) -> None:
    """Ownership after a create, update or patch: whoever changes a field owns it."""
    before, after = leaves(old), leaves(new)
    changed = {path for path, value in after.items() if path not in before or before[path] != value}
    removed = set(before) - set(after)
    for owned in managers.values():
        owned.difference_update(changed, removed)
    if changed:
        managers.setdefault(manager, set()).update(changed)


def leaves(obj: JSON) -> Fields:
    """Every field of an object that a manager can own, with its value."""
    found: Fields = {}
    for name, value in obj.items():
        if name == "metadata":
            for field, inner in value.items():
                if field not in SERVER_OWNED:
                    _collect(inner, ("metadata", field), found)
        elif name not in {"apiVersion", "kind"}:
            _collect(value, (name,), found)
    return found


def _collect(value: Any, path: Path, found: Fields) -> None:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            _collect(inner, (*path, name), found)
    elif (keys := _keys_of(path)) and isinstance(value, list) and value:
        for item in value:
            at = (*path, _item_step(keys, item))
            found[at] = ITEM
            for name, inner in item.items():
                if name not in keys:
                    _collect(inner, (*at, name), found)
    elif path[-1] in SETS and isinstance(value, list):
        for item in value:
            found[*path, ("", item)] = item
    else:
        found[path] = value


def _keys_of(path: Path) -> tuple[str, ...] | None:
    name = path[-1]
    if name == "ports" and len(path) > 1:
        return PORT_KEYS.get(path[-3] if len(path) > 2 and isinstance(path[-2], tuple) else path[-2])
    return LIST_KEYS.get(name) if isinstance(name, str) else None


def _item_step(keys: tuple[str, ...], item: JSON) -> tuple[Any, ...]:
    return tuple(part for key in keys for part in (key, item.get(key, "TCP" if key == "protocol" else None)))


def _conflict(contested: dict[Path, str]) -> Conflict:
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{other.partition("/")[0]}"',
            "field": render(path),
        }
        for path, other in contested.items()
    ]
    plural = "conflict" if len(causes) == 1 else "conflicts"
    message = f"Apply failed with {len(causes)} {plural}: {causes[0]['message']}: {causes[0]['field']}"
    return Conflict(409, "Conflict", message, details={"causes": causes})


def render(path: Path) -> str:
    """As the server writes field paths: ``.spec.containers[name="a"].image``."""
    text = ""
    for step in path:
        if isinstance(step, tuple):
            pairs = zip(step[::2], step[1::2], strict=True)
            text += (
                "["
                + ",".join(f'{key}="{value}"' if isinstance(value, str) else f"{key}={value}" for key, value in pairs)
                + "]"
            )
        else:
            text += f".{step}"
    return text


def _at(node: Any, path: Path) -> Any:
    for step in path:
        if isinstance(step, tuple):
            node = next((item for item in node or [] if step[0] and _matches(item, step)), None)
        else:
            node = node.get(step) if isinstance(node, dict) else None
    return node


def _with(node: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, tuple):
        return _with_item(list(node or []), step, rest, value)
    node = dict(node) if isinstance(node, dict) else {}
    node[step] = _with(node.get(step), rest, value)
    return node


def _with_item(items: list[Any], step: Path, rest: Path, value: Any) -> list[Any]:
    if step[0] == "":
        return items if value in items else [*items, value]
    for index, item in enumerate(items):
        if _matches(item, step):
            items[index] = _with(item, rest, value) if rest else item
            return items
    fresh = dict(zip(step[::2], step[1::2], strict=True))
    return [*items, _with(fresh, rest, value) if rest else fresh]


def _without(node: Any, path: Path) -> Any:
    """Remove one field, and the containers it leaves empty."""
    step, rest = path[0], path[1:]
    if isinstance(step, tuple):
        return _without_item(node, step, rest)
    if not isinstance(node, dict) or step not in node:
        return node
    node = dict(node)
    if rest:
        node[step] = _without(node[step], rest)
    if not rest or node[step] in ({}, []):
        del node[step]
    return node


def _without_item(items: Any, step: Path, rest: Path) -> Any:
    if step[0] == "":
        return [item for item in items or [] if item != step[1]]
    if not rest:
        return [item for item in items or [] if not _matches(item, step)]
    return [_without(item, rest) if _matches(item, step) else item for item in items or []]


def _matches(item: JSON, step: Path) -> bool:
    return all(
        item.get(key, "TCP" if key == "protocol" else None) == value
        for key, value in zip(step[::2], step[1::2], strict=True)
    )
