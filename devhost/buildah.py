"""Builds Dockerfiles and imports archives with buildah, in a mount namespace of its own so that it leaves no mount."""

from __future__ import annotations

import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

from devhost.errors import HostError
from devhost.imageref import parse
from devhost.locations import cache_dir
from devhost.plan import Plan


def build(plan: Plan, context: Path, dockerfile: Path, tag: str, build_args: dict[str, str]) -> str:
    """Builds and pushes under `tag` into the host's registry; returns the reference used there.

    Raises HostError with the last lines of the build.
    """
    arguments = [word for key, value in build_args.items() for word in ("--build-arg", f"{key}={value}")]
    local = f"localhost/{parse(tag)}"
    options = ["--pull-always", "--layers", "--file", str(dockerfile), "--tag", local, *_trust(), *arguments]
    with tempfile.TemporaryDirectory(prefix="devhost-buildah-") as run:
        _buildah(plan, run, "bud", *options, str(context))
        return _push(plan, run, local, tag)


def load(plan: Plan, source: str, tag: str) -> str:
    """Pushes an archive, or an image named in one of buildah's transports (`oci-archive:x.tar`, `docker://…`)."""
    with tempfile.TemporaryDirectory(prefix="devhost-buildah-") as run:
        local = _buildah(plan, run, "pull", "--quiet", with_transport(source)).strip().splitlines()[-1]
        return _push(plan, run, local, tag)


def with_transport(source: str) -> str:
    """`docker-archive:PATH` or `oci-archive:PATH` for the path of an archive, anything else unchanged.

    Raises HostError for a file that holds no image.
    """
    path = Path(source)
    if not path.is_file():
        return source
    try:
        with tarfile.open(path) as archive:
            names = set(archive.getnames())
    except tarfile.TarError as error:
        raise HostError(f"{path}: expected an image archive ('docker save' or OCI), found no tar file") from error
    for name, transport in (("oci-layout", "oci-archive"), ("manifest.json", "docker-archive")):
        if name in names:
            return f"{transport}:{path}"
    raise HostError(f"{path}: expected an image archive, found a tar file without oci-layout or manifest.json")


def _trust() -> list[str]:
    """Shows the machine's certificate bundle and pip settings to RUN steps; the image itself doesn't get them."""
    files = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pip.conf")
    return [word for file in files if Path(file).exists() for word in ("--volume", f"{file}:{file}:ro")]


def _push(plan: Plan, run: str, local: str, tag: str) -> str:
    target = f"{plan.registry}/{parse(tag)}"
    _buildah(plan, run, "push", "--quiet", "--tls-verify=false", local, f"docker://{target}")
    return target


def _buildah(plan: Plan, run: str, *arguments: str) -> str:
    root = cache_dir() / "buildah"
    root.mkdir(parents=True, exist_ok=True)
    storage = ["--storage-driver", "overlay", "--root", str(root), "--runroot", run]
    environment = {
        **os.environ,
        "BUILDAH_ISOLATION": "chroot",
        "CONTAINERS_REGISTRIES_CONF": str(plan.conf / "buildah-registries.conf"),
    }
    command = ["unshare", "--mount", "buildah", *storage, *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HostError(f"buildah {arguments[0]} failed", (done.stdout + done.stderr).strip()[-4000:])
    return done.stdout
