"""Writing into the shared volume: whole files or none, because the API server re-reads certificates as they change."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, content: bytes) -> bool:
    """Replace ``path`` atomically with a file only our user can read; False when it already had this content."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    temporary.replace(path)
    return True
