"""Tolerations written as text, as ``sync.toHost.pods.enforceTolerations`` takes them."""

from __future__ import annotations


def toleration(text: str) -> dict[str, str]:
    """Read ``key=value:Effect``, ``key:Effect``, ``key``, ``:Effect`` or ``*``; the linter has checked the form."""
    pair, _, effect = text.partition(":")
    key, has_value, value = pair.partition("=")
    found = {"key": "" if key == "*" else key, "operator": "Equal" if has_value else "Exists"}
    if has_value:
        found["value"] = value
    if effect:
        found["effect"] = effect
    return {name: item for name, item in found.items() if item}
