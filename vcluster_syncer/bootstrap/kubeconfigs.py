"""Kubeconfigs of the pod's own components; JSON, which is YAML too, so the image needs no YAML library."""

from __future__ import annotations

from typing import Any, Final

from vcluster_contract import layout
from vcluster_syncer.bootstrap import leaves

IN_POD_SERVER: Final = f"https://127.0.0.1:{layout.API_SERVER_PORT}"

IN_POD: Final = {
    layout.ADMIN_KUBECONFIG: leaves.ADMIN,
    layout.CONTROLLER_MANAGER_KUBECONFIG: leaves.CONTROLLER_MANAGER,
    layout.SCHEDULER_KUBECONFIG: leaves.SCHEDULER,
    layout.SYNCER_KUBECONFIG: leaves.SYNCER,
}
"""Path of each kubeconfig and the certificate it uses."""


def in_pod(leaf: str) -> dict[str, Any]:
    """A kubeconfig that names the certificate files instead of holding them: client-go re-reads renewed files."""
    pki = layout.PKI_DIR
    return kubeconfig(
        context=leaf,
        cluster={"server": IN_POD_SERVER, "certificate-authority": f"{pki}/ca.crt"},
        user={"client-certificate": f"{pki}/{leaf}.crt", "client-key": f"{pki}/{leaf}.key"},
    )


def kubeconfig(*, context: str, cluster: dict[str, Any], user: dict[str, Any]) -> dict[str, Any]:
    """A ``v1 Config`` with one cluster, one user and one context, all called ``context``."""
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": context, "cluster": cluster}],
        "users": [{"name": context, "user": user}],
        "contexts": [{"name": context, "context": {"cluster": context, "user": context}}],
        "current-context": context,
    }
