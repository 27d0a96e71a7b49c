"""Builds Go tool modules into the cache, whole or not at all, so that a killed build never leaves half a binary."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from devhost.atomic import fresh_dir, locked
from devhost.errors import HostError
from devhost.locations import PACKAGE, cache_dir, digest
from devhost.pins import GoPart


def key(part: GoPart) -> str:
    """Version and a digest of everything the binary depends on: module files, package and linker flags."""
    module = PACKAGE / "parts" / part.module
    pieces = ((module / "go.mod").read_bytes(), (module / "go.sum").read_bytes())
    return f"{part.version}-{digest(*pieces, part.package, *part.ldflags)}"


def binary(part: GoPart) -> Path:
    """Where the built binary lies, or will lie."""
    return cache_dir() / "parts" / part.name / key(part) / part.name


def ensure(part: GoPart) -> Path:
    """The binary, built first when the cache lacks it. Raises HostError with the compiler's last lines."""
    target = binary(part)
    if target.exists():
        return target
    with locked(cache_dir() / "parts" / f"{part.name}.lock"):
        if not target.exists():
            _build(part, target)
    return target


def _build(part: GoPart, target: Path) -> None:
    if shutil.which("go") is None:
        raise HostError(f"{part.name} {part.version} must be built: no 'go' on PATH; install Go 1.26 or later")
    with fresh_dir(target.parent) as folder:
        command = ["go", "build", "-trimpath", "-ldflags", " ".join(("-s", "-w", *part.ldflags)), "-o"]
        done = subprocess.run(
            [*command, str(folder / part.name), part.package],
            cwd=PACKAGE / "parts" / part.module,
            env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false -mod=readonly"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise HostError(f"go build of {part.name} {part.version} failed", done.stderr.strip()[-3000:])
