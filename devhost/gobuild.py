"""Builds Go tool modules into the cache, whole or not at all, so that a killed build never leaves half a binary."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Final

from devhost.atomic import fresh_dir, locked
from devhost.errors import HostError
from devhost.locations import PACKAGE, cache_dir, digest
from devhost.pins import GoPart

# Nothing here is ever debugged at source level, and leaving DWARF out from the start saves a tenth of the compile time.
# No -trimpath: with it, a library that a `replace` holds at Kubernetes' version would not count as the same one.
FLAGS: Final = ("-gcflags=all=-dwarf=false",)
# What cgo takes by default without `-g`: debug information is a quarter of what SQLite takes.
CFLAGS: Final = "-O2"
# The compiler is short-lived and the memory is there: collecting less often saves another tenth.
GOGC: Final = "400"
# A second build fills the cores while the first one downloads or links.
AT_ONCE: Final = 2


def key(part: GoPart) -> str:
    """Version and a digest of everything the binary depends on: the tool module's files, package and flags."""
    module = PACKAGE / "parts" / part.module
    files = sorted(path for path in module.rglob("*") if path.is_file())
    pieces = (piece for path in files for piece in (str(path.relative_to(module)), path.read_bytes()))
    return f"{part.version}-{digest(*pieces, part.package, *_settings(part), *FLAGS, CFLAGS)}"


def binary(part: GoPart) -> Path:
    """Where the built binary lies, or will lie."""
    return cache_dir() / "parts" / part.name / key(part) / part.name


def ensure(part: GoPart) -> Path:
    """The binary, built first when the cache lacks it. Raises HostError with the compiler's last lines."""
    ensure_all((part,), lambda _: None)
    return binary(part)


def ensure_all(parts: Iterable[GoPart], report: Callable[[str], None]) -> None:
    """Builds what the cache lacks, each module's binaries in one go; `report` is told when a build starts and ends.

    Raises HostError with the compiler's last lines.
    """
    missing = [part for part in parts if not binary(part).exists()]
    together = [tuple(group) for _, group in groupby(missing, key=_settings)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(partial(_ensure_together, report), together))


def _settings(part: GoPart) -> tuple[str, ...]:
    return (part.module, *part.ldflags, *part.tags, str(part.cgo), *(("test",) if part.test else ()))


def _ensure_together(report: Callable[[str], None], parts: tuple[GoPart, ...]) -> None:
    with locked(cache_dir() / "parts" / f"{parts[0].module}.lock"):
        missing = tuple(part for part in parts if not binary(part).exists())
        if missing:
            report(f"building {_names(missing)}")
            _build(missing)
            report(f"built {_names(missing)}")


def _names(parts: tuple[GoPart, ...]) -> str:
    return f"{', '.join(part.name for part in parts)} {parts[0].version}"


def _build(parts: tuple[GoPart, ...]) -> None:
    names = _names(parts)
    if shutil.which("go") is None:
        raise HostError(f"{names} must be built: no 'go' on PATH; install Go 1.26 or later")
    first = parts[0]
    with tempfile.TemporaryDirectory(prefix=".build-", dir=cache_dir() / "parts") as name:
        folder = Path(name)
        (folder / "out").mkdir()
        # Several packages are named by go itself, after their last element, which is the part's name.
        output = f"{folder}/out/{first.name if len(parts) == 1 else ''}"
        options = ["-tags", ",".join(first.tags), "-ldflags", " ".join(("-s", "-w", *first.ldflags)), "-o", output]
        packages = [part.package for part in parts]
        verb = ("test", "-c") if first.test else ("build",)
        _go(first, f"go build of {names}", *verb, *FLAGS, *_laid_over(first, folder), *options, *packages)
        for part in parts:
            with fresh_dir(binary(part).parent) as target:
                (folder / "out" / part.name).rename(target / part.name)


def _laid_over(part: GoPart, folder: Path) -> tuple[str, ...]:
    """Flags that build a copy of the part's source with the files of the tool module's `overlay` in it, if any.

    A copy, because go's own `-overlay` refuses files of the module cache.
    """
    module = PACKAGE / "parts" / part.module
    if not (module / "overlay").is_dir():
        return ()
    title = f"download of {part.name} {part.version}"
    known = json.loads(_go(part, title, "mod", "download", "-json", part.package))
    subprocess.run(["cp", "-r", "--no-preserve=mode", known["Dir"], folder / "source"], check=True)
    shutil.copytree(module / "overlay", folder / "source", dirs_exist_ok=True)
    for name in ("go.mod", "go.sum"):
        shutil.copy(module / name, folder)
    _go(part, title, "mod", "edit", f"-replace={part.package}={folder}/source", f"{folder}/go.mod")
    return (f"-modfile={folder}/go.mod",)


def _go(part: GoPart, title: str, *arguments: str) -> str:
    done = subprocess.run(
        ["go", *arguments],
        cwd=PACKAGE / "parts" / part.module,
        env={
            **os.environ,
            "CGO_ENABLED": str(int(part.cgo)),
            "CGO_CFLAGS": CFLAGS,
            "GOFLAGS": "-buildvcs=false -mod=readonly",
            "GOGC": GOGC,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise HostError(f"{title} failed", (done.stderr or done.stdout).strip()[-3000:])
    return done.stdout
