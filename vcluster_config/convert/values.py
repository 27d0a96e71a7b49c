"""How single values change their form between dialects."""

from __future__ import annotations

from typing import Any


def image(text: Any) -> dict[str, str]:
    """Split an image reference into the parts that are there: registry, repository and tag, which may be a digest."""
    name, at, digest = str(text).partition("@")
    first, slash, rest = name.partition("/")
    registry = first if slash and ("." in first or ":" in first or first == "localhost") else ""
    repository = rest if registry else name
    repository, colon, tag = repository.partition(":")
    parts = {"registry": registry, "repository": repository}
    if at:
        parts["repository"] = f"{repository}@{digest.partition(':')[0]}"
        tag, colon = digest.partition(":")[2], ":"
    if colon:
        parts["tag"] = tag
    return {key: value for key, value in parts.items() if value}


def inverted(value: Any) -> Any:
    """The opposite of a boolean."""
    return not value if isinstance(value, bool) else value


def labels(value: Any) -> Any:
    """``a=b,c=d`` as a mapping; a label without a value is one with an empty value."""
    if not isinstance(value, str):
        return value
    pairs = (part.partition("=") for part in value.split(",") if part)
    return {key.strip(): text.strip() for key, _, text in pairs}


def without_slash(value: Any) -> Any:
    """A registry without its trailing slash."""
    return value.rstrip("/") if isinstance(value, str) else value


def enabled(value: Any) -> Any:
    """The ``enabled`` of a section, when it has one."""
    return value.get("enabled") if isinstance(value, dict) else value


def retention(value: Any) -> str:
    """Whether claims go with their StatefulSet."""
    return "Delete" if value is True else "Retain"
