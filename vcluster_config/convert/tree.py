"""Reading from and writing to nested mappings by dotted path."""

from __future__ import annotations

from typing import Any, Final

Tree = dict[str, Any]
MISSING: Final = object()


def take(tree: Tree, path: str) -> Any:
    """Remove and return the value at a path; MISSING when there is none. Emptied parents vanish."""
    head, _, rest = path.partition(".")
    if head not in tree:
        return MISSING
    if not rest:
        return tree.pop(head)
    below = tree[head]
    if not isinstance(below, dict):
        return MISSING
    value = take(below, rest)
    if value is not MISSING and not below:
        del tree[head]
    return value


def put(tree: Tree, path: str, value: Any) -> None:
    """Set the value at a path; mappings merge and lists grow, so that two old keys can share a new one."""
    head, _, rest = path.partition(".")
    if rest:
        below = tree.setdefault(head, {})
        if isinstance(below, dict):
            put(below, rest, value)
        return
    present = tree.get(head)
    if isinstance(present, dict) and isinstance(value, dict):
        for key, item in value.items():
            put(present, key, item) if "." not in key else present.update({key: item})
    elif isinstance(present, list) and isinstance(value, list):
        present.extend(value)
    else:
        tree[head] = value


def leaves(tree: Any, path: str = "") -> list[str]:
    """Paths of everything left in a tree; lists and empty mappings count as values."""
    if isinstance(tree, dict) and tree:
        return [leaf for key, value in tree.items() for leaf in leaves(value, f"{path}.{key}" if path else str(key))]
    return [path] if path else []
