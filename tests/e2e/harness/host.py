"""The host cluster: ours from devhost, or the one that KUBECONFIG names."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devhost import syncer_image
from devhost.host import Host
from tests.e2e.harness.kubectl import Kubectl

ROOT = syncer_image.ROOT
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
        return syncer_image.ensure(self.devhost)


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
