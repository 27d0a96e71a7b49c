"""Name translation, because two sides that compute a host name differently would create every object twice.

The scheme is an interface that other tools read: deterministic, injective and stable over restarts.
"""

from __future__ import annotations

import hashlib
from typing import Final

MAX_NAME_LENGTH: Final = 63
_KEPT: Final = 52
_DIGEST: Final = 10


def safe_concat(*parts: str) -> str:
    """Join with ``-``; beyond 63 characters keep 52 and add ten hex digits of the SHA-256 of the whole.

    A ``.-`` in a shortened name becomes ``-`` so that the result stays a valid DNS subdomain (RFC 1123).
    """
    full = "-".join(parts)
    if len(full) <= MAX_NAME_LENGTH:
        return full
    digest = hashlib.sha256(full.encode()).hexdigest()[:_DIGEST]
    return f"{full[:_KEPT]}-{digest}".replace(".-", "-")


def host_name(name: str, namespace: str, vcluster: str) -> str:
    """Host name of the namespaced virtual object ``namespace/name`` of virtual cluster ``vcluster``."""
    return safe_concat(name, "x", namespace, "x", vcluster)


def cluster_scoped_host_name(name: str, host_namespace: str, vcluster: str) -> str:
    """Host name of the cluster-scoped virtual object ``name``; the namespace tells equal releases apart."""
    return safe_concat("vcluster", name, "x", host_namespace, "x", vcluster)


def cluster_scoped_marker(host_namespace: str, vcluster: str) -> str:
    """Value of the managed-by label on cluster-scoped host objects."""
    return safe_concat(host_namespace, "x", vcluster)


def config_secret(vcluster: str) -> str:
    """Secret that holds the compiled syncer configuration."""
    return f"vc-config-{vcluster}"


def datastore_secret(vcluster: str) -> str:
    """Secret that holds where the datastore is, password included."""
    return f"vc-datastore-{vcluster}"


def kubeconfig_secret(vcluster: str) -> str:
    """Secret that holds the exported kubeconfig."""
    return f"vc-{vcluster}"


def certs_secret(vcluster: str) -> str:
    """Secret that holds the PKI of the virtual control plane."""
    return f"{vcluster}-certs"


def runtime_config_map(vcluster: str) -> str:
    """ConfigMap into which ``bootstrap`` writes what only the host cluster knows; containers read it as environment."""
    return f"vc-runtime-{vcluster}"


def headless_service(vcluster: str) -> str:
    """Service that gives control-plane pods their own DNS names."""
    return f"{vcluster}-headless"


def k3s_token_secret(vcluster: str) -> str:
    """Secret with the cluster token of k3s, under key ``token``."""
    return f"vc-k3s-{vcluster}"


def etcd(vcluster: str) -> str:
    """StatefulSet and Service of the etcd that the chart deploys."""
    return f"{vcluster}-etcd"


def etcd_headless(vcluster: str) -> str:
    """Service that gives the members of the deployed etcd their names."""
    return f"{vcluster}-etcd-headless"


def control_plane_service_account(vcluster: str) -> str:
    """ServiceAccount of the control-plane pod."""
    return f"vc-{vcluster}"


def workload_service_account(vcluster: str) -> str:
    """ServiceAccount under which synced pods run on the host; they never get its token."""
    return f"vc-workload-{vcluster}"


def cluster_role(vcluster: str, host_namespace: str) -> str:
    """ClusterRole and ClusterRoleBinding of the control plane; the namespace tells equal releases apart."""
    return f"vc-{vcluster}-v-{host_namespace}"


def leader_lease(vcluster: str) -> str:
    """Lease that the leading syncer holds."""
    return safe_concat("vcluster", vcluster, "controller")


def node_service(vcluster: str, node: str) -> str:
    """Host Service whose ClusterIP is the InternalIP of the virtual node ``node``."""
    return safe_concat(vcluster, "node", node.replace(".", "-"))


def token_secret(pod: str, namespace: str, vcluster: str) -> str:
    """Host Secret with the projected service-account tokens of the virtual pod ``namespace/pod``."""
    return host_name(f"{pod}-sa-token", namespace, vcluster)
