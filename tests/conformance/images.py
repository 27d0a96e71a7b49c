"""Images that conformance specs run, built from what a devhost can get and put under their official names."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from devhost import gobuild, rootfs
from devhost.host import Host
from devhost.pins import AGNHOST
from devhost.rootfs import RootFs

_OFFICIAL: Final = "registry.k8s.io/e2e-test-images"
_AGNHOST: Final = f"{_OFFICIAL}/agnhost:2.63.0"
_TOOLS: Final = ("busybox", "curl", "dnsutils", "iproute2", "netcat-openbsd", "procps", "wget")
_ROOT: Final = RootFs("agnhost-base", _TOOLS)
_RUN: Final = (
    "mkdir -p /uploads && ln -s agnhost /agnhost-2 && useradd -u 1000 user-defined-in-image "
    "&& groupadd -g 50000 group-defined-in-image && usermod -aG group-defined-in-image user-defined-in-image"
)
_IMAGES: Final = {
    _AGNHOST: f"FROM scratch\nADD rootfs.tar /\nCOPY localhost.* agnhost /\nRUN {_RUN}\n"
    'ENTRYPOINT ["/agnhost"]\nCMD ["pause"]',
    f"{_OFFICIAL}/agnhost:2.55": f"FROM {_AGNHOST}",
    f"{_OFFICIAL}/glibc-dns-testing:2.0.0": f'FROM {_AGNHOST}\nENTRYPOINT []\nCMD ["sleep", "3600"]',
    f"{_OFFICIAL}/nginx:1.15-4": f'FROM {_AGNHOST}\nENTRYPOINT ["/agnhost", "test-webserver"]\nCMD []',
    f"{_OFFICIAL}/nginx:1.27-0": f'FROM {_AGNHOST}\nENTRYPOINT ["/agnhost", "test-webserver"]\nCMD []',
    f"{_OFFICIAL}/nonroot:1.5": f"FROM {_AGNHOST}\nUSER 1234",
    f"{_OFFICIAL}/busybox:1.36.1-1": "FROM busybox:latest",
    f"{_OFFICIAL}/busybox:1.37.0-1": "FROM busybox:latest",
    "registry.k8s.io/pause:3.10.2": "FROM registry.k8s.io/pause:3.10.1",
}
"""Dockerfiles by reference, in the order in which they need each other."""


def ensure(host: Host) -> None:
    """Build what the host's registry lacks. Raises HostError with the output of the build that failed."""
    missing = [reference for reference in _IMAGES if not _there(host, reference)]
    if not missing:
        return
    with tempfile.TemporaryDirectory(prefix="vcluster-conformance-") as name:
        folder = Path(name)
        shutil.copy(rootfs.ensure(_ROOT), folder / "rootfs.tar")
        shutil.copy(gobuild.ensure(AGNHOST), folder)
        for file in (_source() / "porter").glob("localhost.*"):
            shutil.copy(file, folder)
        for reference in missing:
            (folder / "Dockerfile").write_text(_IMAGES[reference] + "\n")
            host.build_image(folder, tag=reference)


def _there(host: Host, reference: str) -> bool:
    return reference.partition("/")[2] in host.status().images


def _source() -> Path:
    """Folder of agnhost in the module cache, where its test certificates lie."""
    module = Path(gobuild.__file__).parent / "parts" / AGNHOST.module
    command = ["go", "list", "-mod=readonly", "-f", "{{.Dir}}", AGNHOST.package]
    return Path(subprocess.run(command, cwd=module, capture_output=True, text=True, check=True).stdout.strip())
