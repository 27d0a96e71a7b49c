"""The list of certificates a control plane needs, as data, so that first start, restart and reissue cannot differ."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Issuer = Literal["ca", "front-proxy-ca", "etcd-ca"]

API_SERVER: Final = "apiserver"
KUBELET_CLIENT: Final = "apiserver-kubelet-client"
FRONT_PROXY_CLIENT: Final = "front-proxy-client"
WEBHOOK: Final = "webhook"
ADMIN: Final = "admin"
CONTROLLER_MANAGER: Final = "controller-manager"
SCHEDULER: Final = "scheduler"
SYNCER: Final = "syncer"


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """One end-entity certificate; files are ``NAME.crt`` and ``NAME.key``.

    Common names and organizations are kubeadm's (Kubernetes documentation, "PKI certificates and requirements").
    Subject alternative names make it a serving certificate, their absence a client certificate.
    """

    name: str
    common_name: str
    organization: str = ""
    issuer: Issuer = "ca"
    sans: tuple[str, ...] = ()
    client: bool = False
    """Also a client certificate, although it has alternative names: members of etcd call each other."""
    lasting: bool = False
    """As long as its issuer lives, because nobody renews it."""


_CLIENTS: Final = (
    Leaf(name=KUBELET_CLIENT, common_name="kube-apiserver-kubelet-client", organization="kubeadm:cluster-admins"),
    Leaf(name=FRONT_PROXY_CLIENT, common_name="front-proxy-client", issuer="front-proxy-ca"),
    Leaf(name=ADMIN, common_name="kubernetes-admin", organization="system:masters"),
    Leaf(name=CONTROLLER_MANAGER, common_name="system:kube-controller-manager"),
    Leaf(name=SCHEDULER, common_name="system:kube-scheduler"),
    Leaf(name=SYNCER, common_name="vcluster-syncer", organization="system:masters"),
)


def control_plane_leaves(api_server_sans: tuple[str, ...], etcd: tuple[Leaf, ...] = ()) -> tuple[Leaf, ...]:
    """All certificates of one control-plane pod."""
    return (
        Leaf(name=API_SERVER, common_name="kube-apiserver", sans=api_server_sans),
        Leaf(name=WEBHOOK, common_name="vcluster-webhook", sans=("127.0.0.1", "localhost")),
        *_CLIENTS,
        *etcd,
    )
