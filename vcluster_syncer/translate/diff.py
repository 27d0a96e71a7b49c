"""Smallest merge patches (RFC 7386): at rest nothing may be written, and a write should say only what changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def merge_patch(current: Mapping[str, Any], desired: Mapping[str, Any]) -> dict[str, Any]:
    """The patch that turns ``current`` into exactly ``desired``; nested objects are compared, lists are replaced."""
    patch: dict[str, Any] = {key: None for key in current if key not in desired}
    for key, value in desired.items():
        old = current.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            nested = merge_patch(old, value)
            if nested:
                patch[key] = nested
        elif old != value or key not in current:
            patch[key] = value
    return patch


def field_patch(current: Mapping[str, Any], desired: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Like ``merge_patch`` for the named fields alone; an absent field equals an empty one."""
    patch: dict[str, Any] = {}
    for field in fields:
        old, new = current.get(field), desired.get(field)
        if (old or new) and old != new:
            # Merging an empty object changes nothing (RFC 7386), so only null empties one.
            emptied = None if new == {} else new
            patch[field] = merge_patch(old, new) if isinstance(old, dict) and isinstance(new, dict) and new else emptied
    return patch
