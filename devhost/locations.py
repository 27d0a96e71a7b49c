"""Keeps everything the host writes outside the repository: built parts in a cache, running hosts in a state folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _base(override: str, xdg: str, fallback: str) -> Path:
    if override in os.environ:
        return Path(os.environ[override]).resolve()
    base = os.environ.get(xdg) or str(Path.home() / fallback)
    return Path(base).resolve() / "vcluster-devhost"


def cache_dir() -> Path:
    """Where built parts and images are kept: `$DEVHOST_CACHE`, else the XDG cache folder."""
    return _base("DEVHOST_CACHE", "XDG_CACHE_HOME", ".cache")


def state_dir(name: str) -> Path:
    """Where the host called `name` keeps its data: below `$DEVHOST_STATE`, else the XDG state folder."""
    return _base("DEVHOST_STATE", "XDG_STATE_HOME", ".local/state") / name


def digest(*pieces: str | bytes) -> str:
    """A short key over ordered pieces; equal pieces, equal key."""
    total = hashlib.sha256()
    for piece in pieces:
        data = piece.encode() if isinstance(piece, str) else piece
        total.update(f"{len(data)}:".encode() + data)
    return total.hexdigest()[:12]
