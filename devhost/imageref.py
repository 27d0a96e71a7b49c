"""Reads image references the way containerd resolves them against our registry: by path, whatever the host part."""

from __future__ import annotations

from dataclasses import dataclass

from devhost.errors import HostError


@dataclass(frozen=True)
class ImageRef:
    """Repository path without registry host (`library/busybox`) and tag."""

    repository: str
    tag: str

    def __str__(self) -> str:
        return f"{self.repository}:{self.tag}"


def parse(text: str) -> ImageRef:
    """`busybox` → library/busybox:latest; `registry.k8s.io/pause:3.10` → pause:3.10. Raises HostError for digests.

    A first part with a dot or colon, or `localhost`, is a host (https://github.com/distribution/reference).
    """
    if "@" in text or not text or text != text.strip():
        raise HostError(f"image {text!r}: expected NAME[:TAG], such as registry.example.com/team/app:v1")
    first, slash, rest = text.partition("/")
    has_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
    host, path = (first, rest) if has_host else ("docker.io", text)
    name, colon, tag = path.rpartition(":")
    if not colon or "/" in tag:
        name, tag = path, "latest"
    if host in ("docker.io", "index.docker.io") and "/" not in name:
        name = f"library/{name}"
    return ImageRef(name, tag)
