"""Builds the syncer image of this checkout; the tag follows the content, so that no node runs an older one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from devhost.host import Host
from devhost.locations import PACKAGE

ROOT = PACKAGE.parent
REPOSITORY = "vcluster-syncer"
_SOURCES = ("images/syncer", "requirements/syncer.txt", "vcluster_contract", "vcluster_syncer")
_BASES = {"BASE": "vcluster-python-base:bookworm", "BUILD_BASE": "vcluster-python-build:bookworm"}


def content_tag() -> str:
    """The same for the same files."""
    digest = hashlib.sha256()
    for file in sorted(file for source in _SOURCES for file in _files(ROOT / source)):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return f"dev-{digest.hexdigest()[:12]}"


def ensure(host: Host) -> tuple[str, str]:
    """Repository and tag of the image in the host's registry, built when it isn't there."""
    reference = f"{REPOSITORY}:{content_tag()}"
    if reference not in " ".join(host.status().images):
        host.build_image(ROOT, ROOT / "images/syncer/Dockerfile", reference, _BASES)
    repository, _, tag = reference.partition(":")
    return repository, tag


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
