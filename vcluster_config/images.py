"""Image references, assembled in one place so that a private registry in front is honoured everywhere."""

from __future__ import annotations


def reference(registry: str, repository: str, tag: str, *, default_registry: str = "") -> str:
    """Join the parts; a default registry replaces the image's own (``controlPlane.advanced.defaultImageRegistry``)."""
    prefix = (default_registry or registry).rstrip("/")
    path = f"{prefix}/{repository}" if prefix else repository
    return f"{path}:{tag}" if tag else path


def with_default_registry(image: str, default_registry: str) -> str:
    """Put the default registry before a reference that is given whole, replacing its registry host if it has one."""
    if not default_registry:
        return image
    head, slash, rest = image.partition("/")
    is_host = bool(slash) and ("." in head or ":" in head or head == "localhost")
    return f"{default_registry.rstrip('/')}/{rest if is_host else image}"
