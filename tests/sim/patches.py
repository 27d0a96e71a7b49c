"""JSON Merge Patch (RFC 7386) and JSON Patch (RFC 6902) on plain JSON."""

from __future__ import annotations

from typing import Any

from vcluster_syncer.kube.errors import ApiError, Invalid

MERGE_KEYS = {"conditions": "type", "containers": "name", "initContainers": "name", "ephemeralContainers": "name"}
"""Fields of pods whose lists merge by a key (``patchMergeKey`` in the Kubernetes API types)."""


def merge(target: Any, patch: Any) -> Any:
    """RFC 7386: null deletes, lists are replaced."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def strategic_merge(target: Any, patch: Any, field: str = "") -> Any:
    """Strategic merge patch of objects whose lists of objects merge by the keys below; other lists are replaced."""
    if isinstance(patch, list) and field in MERGE_KEYS:
        return _merge_list(target or [], patch, MERGE_KEYS[field])
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = strategic_merge(result.get(key), value, key)
    return result


def _merge_list(target: list[Any], patch: list[Any], key: str) -> list[Any]:
    result = {item[key]: item for item in target}
    for item in patch:
        if item.get("$patch") == "delete":
            result.pop(item[key], None)
        else:
            result[item[key]] = strategic_merge(result.get(item[key]), item)
    return list(result.values())


def json_patch(target: Any, operations: list[dict[str, Any]]) -> Any:
    """RFC 6902, in place on a target of our own."""
    for operation in operations:
        target = _apply(target, operation)
    return target


def _apply(target: Any, operation: dict[str, Any]) -> Any:
    op, path = operation["op"], _pointer(operation["path"])
    if op == "test":
        if _at(target, path) != operation.get("value"):
            raise Invalid(422, "Invalid", f"the server rejected our request: test {operation['path']} failed")
        return target
    if op in {"move", "copy"}:
        source = _pointer(operation["from"])
        value = _at(target, source)
        if op == "move":
            _remove(target, source)
        return _add(target, path, value)
    if op == "remove":
        _remove(target, path)
        return target
    if op == "replace":
        _at(target, path)
        if path:
            _remove(target, path)
    return _add(target, path, operation.get("value"))


def _pointer(text: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in text.split("/")[1:]]


def _at(target: Any, path: list[str]) -> Any:
    for step in path:
        try:
            target = target[int(step)] if isinstance(target, list) else target[step]
        except (KeyError, IndexError, ValueError, TypeError):
            raise Invalid(422, "Invalid", f"the server rejected our request: no value at {'/'.join(path)}") from None
    return target


def _remove(target: Any, path: list[str]) -> None:
    _at(target, path)
    parent = _at(target, path[:-1])
    if isinstance(parent, list):
        parent.pop(int(path[-1]))
    else:
        del parent[path[-1]]


def _add(target: Any, path: list[str], value: Any) -> Any:
    if not path:
        return value
    parent = _at(target, path[:-1])
    if isinstance(parent, list):
        parent.insert(len(parent) if path[-1] == "-" else int(path[-1]), value)
    elif isinstance(parent, dict):
        parent[path[-1]] = value
    else:
        raise ApiError(400, "BadRequest", f"no object at {'/'.join(path[:-1])}")
    return target
