"""The host cluster: ours from devhost, or the one that KUBECONFIG names."""

from __future__ import annotations

import hashlib
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devhost.host import Host
from tests.e2e.harness.kubectl import Kubectl

ROOT = Path(__file__).resolve().parents[3]
HOST_NAME = os.environ.get("VCLUSTER_E2E_HOST", "main")


@dataclass(frozen=True)
class HostCluster:
    """How tests reach the host; ``devhost`` is None for a cluster that is not ours to break."""

    kubectl: Kubectl
    old_kubectl: Kubectl | None
    helms: tuple[Path, ...]
    devhost: Host | None

    @cached_property
    def syncer_image(self) -> tuple[str, str]:
        """Repository and tag of the image under test, built from this checkout when the host is ours."""
        named = os.environ.get("VCLUSTER_SYNCER_IMAGE")
        if named:
            repository, _, tag = named.rpartition(":")
            return repository, tag
        if self.devhost is None:
            raise RuntimeError("set VCLUSTER_SYNCER_IMAGE=REPOSITORY:TAG to an image that the nodes can pull")
        return _build(self.devhost)


def resolve() -> HostCluster:
    """The cluster of ``KUBECONFIG`` when that is set, otherwise our own host, brought up."""
    existing = os.environ.get("KUBECONFIG")
    if existing and Path(existing) != Host(HOST_NAME).kubeconfig:
        kubectl, helm = (Path(shutil.which(tool) or tool) for tool in ("kubectl", "helm"))
        return HostCluster(Kubectl(kubectl, Path(existing)), None, (helm,), None)
    host = Host(HOST_NAME)
    host.up()
    return HostCluster(
        kubectl=Kubectl(host.kubectl_path(), host.kubeconfig),
        old_kubectl=Kubectl(host.kubectl_path(old=True), host.kubeconfig),
        helms=(host.helm_path(3), host.helm_path(4)),
        devhost=host,
    )


def _build(host: Host) -> tuple[str, str]:
    """Tagged by content, so that a node that has pulled a tag has the right image."""
    digest = hashlib.sha256()
    sources = ("images/syncer", "requirements/syncer.txt", "vcluster_contract", "vcluster_syncer")
    for file in sorted(file for source in sources for file in _files(ROOT / source)):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    tag = f"e2e-{digest.hexdigest()[:12]}"
    if f"vcluster-syncer:{tag}" not in " ".join(host.status().images):
        arguments = {"BASE": "vcluster-python-base:bookworm", "BUILD_BASE": "vcluster-python-build:bookworm"}
        host.build_image(ROOT, ROOT / "images/syncer/Dockerfile", f"vcluster-syncer:{tag}", arguments)
    return "vcluster-syncer", tag


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and "__pycache__" not in file.parts]
