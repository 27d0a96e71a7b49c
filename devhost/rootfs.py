"""Makes Debian root file systems with mmdebstrap, as base images for Dockerfiles that can't reach a public registry."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from devhost.atomic import fresh_dir, locked
from devhost.errors import HostError
from devhost.locations import cache_dir, digest
from devhost.pins import DEBIAN_SUITE

_EXCLUDES = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/lintian/*")


@dataclass(frozen=True)
class RootFs:
    """`packages` on top of `base`, by default on top of a Debian minbase."""

    name: str
    packages: tuple[str, ...]
    base: RootFs | None = None

    @property
    def tar(self) -> Path:
        """Where the file system's tar lies, or will lie."""
        below = (self.base.tar.parent.name,) if self.base else ()
        return cache_dir() / "rootfs" / f"{self.name}-{digest(DEBIAN_SUITE, *self.packages, *below)}" / "rootfs.tar"


PYTHON_BASE = RootFs("python-base", ("python3", "ca-certificates"))
PYTHON_BUILD = RootFs("python-build", ("python3-pip", "python3-venv"), PYTHON_BASE)


def ensure(rootfs: RootFs) -> Path:
    """The tar, made first when the cache lacks it. Raises HostError with mmdebstrap's last lines."""
    with locked(cache_dir() / "rootfs" / f"{rootfs.name}.lock"):
        if not rootfs.tar.exists():
            with fresh_dir(rootfs.tar.parent) as folder:
                _make(rootfs, folder / "rootfs.tar")
    return rootfs.tar


def _make(rootfs: RootFs, target: Path) -> None:
    excludes = [f"--dpkgopt=path-exclude={pattern}" for pattern in _EXCLUDES]
    command = ["unshare", "--mount", "mmdebstrap", "--mode=root", "--quiet", *_start(rootfs), *excludes]
    clean = ["--customize-hook=rm -rf $1/var/lib/apt/lists/* $1/var/cache/apt/* $1/var/log/*"]
    done = subprocess.run(
        [*command, *clean, f"--include={','.join(rootfs.packages)}", DEBIAN_SUITE, str(target)],
        env={**os.environ, "SOURCE_DATE_EPOCH": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise HostError(f"mmdebstrap of {rootfs.name} failed", done.stderr.strip()[-3000:])


def _start(rootfs: RootFs) -> tuple[str, ...]:
    if rootfs.base is None:
        return ("--variant=minbase",)
    unpack = f'tar -C "$1" --numeric-owner -xf {shlex.quote(str(ensure(rootfs.base)))}'
    return ("--variant=custom", "--skip=check/empty", f"--setup-hook={unpack}")
