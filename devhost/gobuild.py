"""Builds Go tool modules into the cache, whole or not at all, so that a killed build never leaves half a binary."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Final

from devhost.atomic import fresh_dir, locked
from devhost.errors import HostError
from devhost.locations import PACKAGE, cache_dir, digest
from devhost.pins import GoPart

# Nothing here is ever debugged at source level, and leaving DWARF out from the start saves a tenth of the compile time.
FLAGS: Final = ("-trimpath", "-gcflags=all=-dwarf=false")
# The compiler is short-lived and the memory is there: collecting less often saves another tenth.
GOGC: Final = "400"
# A second build fills the cores while the first one downloads or links.
AT_ONCE: Final = 2


def key(part: GoPart) -> str:
    """Version and a digest of everything the binary depends on: module files, package and flags."""
    module = PACKAGE / "parts" / part.module
    pieces = ((module / "go.mod").read_bytes(), (module / "go.sum").read_bytes())
    return f"{part.version}-{digest(*pieces, part.package, *_settings(part), *FLAGS)}"


def binary(part: GoPart) -> Path:
    """Where the built binary lies, or will lie."""
    return cache_dir() / "parts" / part.name / key(part) / part.name


def ensure(part: GoPart) -> Path:
    """The binary, built first when the cache lacks it. Raises HostError with the compiler's last lines."""
    ensure_all((part,), lambda _: None)
    return binary(part)


def ensure_all(parts: Iterable[GoPart], report: Callable[[str], None]) -> None:
    """Builds what the cache lacks, each module's binaries in one go; `report` is told each part that has to be built.

    Raises HostError with the compiler's last lines.
    """
    missing = [part for part in parts if not binary(part).exists()]
    for part in missing:
        report(f"{part.name} {part.version}")
    together = [tuple(group) for _, group in groupby(missing, key=_settings)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(_ensure_together, together):
            pass


def _settings(part: GoPart) -> tuple[str, ...]:
    return (part.module, *part.ldflags, *part.tags, str(part.cgo))


def _ensure_together(parts: tuple[GoPart, ...]) -> None:
    with locked(cache_dir() / "parts" / f"{parts[0].module}.lock"):
        missing = tuple(part for part in parts if not binary(part).exists())
        if missing:
            _build(missing)


def _build(parts: tuple[GoPart, ...]) -> None:
    names = ", ".join(f"{part.name} {part.version}" for part in parts)
    if shutil.which("go") is None:
        raise HostError(f"{names} must be built: no 'go' on PATH; install Go 1.26 or later")
    first = parts[0]
    with tempfile.TemporaryDirectory(prefix=".build-", dir=cache_dir() / "parts") as folder:
        # Several packages are named by go itself, after their last element, which is the part's name.
        output = f"{folder}/{first.name}" if len(parts) == 1 else f"{folder}/"
        ldflags = " ".join(("-s", "-w", *first.ldflags))
        done = subprocess.run(
            ["go", "build", *FLAGS, "-tags", ",".join(first.tags), "-ldflags", ldflags, "-o", output]
            + [part.package for part in parts],
            cwd=PACKAGE / "parts" / first.module,
            env={
                **os.environ,
                "CGO_ENABLED": str(int(first.cgo)),
                "GOFLAGS": "-buildvcs=false -mod=readonly",
                "GOGC": GOGC,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise HostError(f"go build of {names} failed", done.stderr.strip()[-3000:])
        for part in parts:
            with fresh_dir(binary(part).parent) as target:
                Path(folder, part.name).rename(target / part.name)
