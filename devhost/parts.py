"""Hands out the built binaries by name, building what the cache lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from devhost import gobuild, wheels
from devhost.pins import GO_PARTS, HELM_3, HELM_4, HOST_PARTS, OLD_KUBECTL


def ensure_host(report: Callable[[str], None]) -> dict[str, str]:
    """Every binary a host needs, by name; `report` is told each one that has to be built."""
    gobuild.ensure_all(HOST_PARTS, report)
    return {part.name: str(gobuild.binary(part)) for part in HOST_PARTS}


def kubectl(*, old: bool = False) -> Path:
    """The kubectl of the host's version, or one several minors older."""
    return wheels.ensure(OLD_KUBECTL) if old else gobuild.ensure(GO_PARTS["kubectl"])


def helm(major: int) -> Path:
    """Helm 3 or 4. Raises KeyError for another major."""
    return wheels.ensure({3: HELM_3, 4: HELM_4}[major])
