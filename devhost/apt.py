"""Installs the Debian packages the host needs, only those that are missing and without starting their services."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from devhost.errors import HostError
from devhost.pins import DEBIAN_PACKAGES

_POLICY = Path("/usr/sbin/policy-rc.d")


def missing(packages: tuple[str, ...] = DEBIAN_PACKAGES) -> list[str]:
    """Those of `packages` that dpkg doesn't know as installed."""
    query = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages],
        capture_output=True,
        text=True,
        check=False,
    )
    installed = {line.split()[0] for line in query.stdout.splitlines() if line.endswith(" installed")}
    return [package for package in packages if package not in installed]


def ensure() -> list[str]:
    """Installs what is missing and returns its names. Raises HostError when apt fails or we aren't root."""
    wanted = missing()
    if not wanted:
        return []
    if os.geteuid() != 0:
        raise HostError(
            f"Debian packages are missing: run as root, or install them: apt-get install {' '.join(wanted)}"
        )
    forbid = not _POLICY.exists()
    if forbid:
        _POLICY.write_text("#!/bin/sh\nexit 101\n")
        _POLICY.chmod(0o755)
    try:
        _apt("update")
        _apt("install", "--yes", "--no-install-recommends", *wanted)
    finally:
        if forbid:
            _POLICY.unlink()
    return wanted


def _apt(*arguments: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        ["apt-get", "--quiet=2", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise HostError(f"apt-get {arguments[0]} failed", (done.stderr or done.stdout).strip()[-2000:])
