"""Certificates of etcd: of a member in this pod, of a member in a pod of its own, and of the API server as client.

Purposes: etcd documentation, "Transport security model"; names of files: kubeadm's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_contract import layout, names
from vcluster_syncer.bootstrap.leaves import Leaf

if TYPE_CHECKING:
    from vcluster_contract.config import SyncerConfig


def in_control_plane(config: SyncerConfig, *, vcluster: str, namespace: str, pod_ip: str) -> tuple[Leaf, ...]:
    """Those of a control-plane pod; none when etcd is not ours."""
    client = Leaf(name=layout.ETCD_CLIENT, common_name="kube-apiserver-etcd-client", issuer=layout.ETCD_AUTHORITY)
    if config.etcd == "":
        return ()
    if config.etcd == "deployed":
        return (client,)
    return (client, *_member(names.headless_service(vcluster), (), namespace, pod_ip, lasting=False))


def in_own_pod(*, vcluster: str, namespace: str, pod_ip: str) -> tuple[Leaf, ...]:
    """Those of a pod of the deployed etcd, where nothing of ours runs later to renew them."""
    service = names.etcd(vcluster)
    aliases = (service, f"{service}.{namespace}", f"{service}.{namespace}.svc")
    return _member(names.etcd_headless(vcluster), aliases, namespace, pod_ip, lasting=True)


def _member(headless: str, aliases: tuple[str, ...], namespace: str, pod_ip: str, *, lasting: bool) -> tuple[Leaf, ...]:
    """A member is server and client at once; the wildcard covers every replica, the address is this pod's."""
    wildcard = f"*.{headless}.{namespace}"
    sans = tuple(sorted({*aliases, wildcard, f"{wildcard}.svc", "localhost", "127.0.0.1", "::1", pod_ip} - {""}))
    return tuple(
        Leaf(name=name, common_name=name, issuer=layout.ETCD_AUTHORITY, sans=sans, client=True, lasting=lasting)
        for name in (layout.ETCD_SERVER, layout.ETCD_PEER)
    )
