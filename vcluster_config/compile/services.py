"""The Services in front of the control plane: NAME for clients, NAME-headless for the names of its pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.compile.metadata import SELECTOR, metadata
from vcluster_config.objects import Json, Service
from vcluster_config.placeholders import HEADLESS_SERVICE, RELEASE
from vcluster_contract import layout, markers

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved

_HTTPS: Final[Json] = {"name": "https", "port": 443, "protocol": "TCP", "targetPort": layout.API_SERVER_PORT}
_KUBELET: Final[Json] = {"name": "kubelet", "port": 10250, "protocol": "TCP", "targetPort": layout.KUBELET_PORT}

_ETCD_PEER: Final[Json] = {
    "name": "peer",
    "port": layout.ETCD_PEER_PORT,
    "protocol": "TCP",
    "targetPort": layout.ETCD_PEER_PORT,
}


def service(resolved: Resolved) -> Service | None:
    """Service NAME; its ClusterIP is the address of ``default/kubernetes`` inside, and it owns run-time objects."""
    section = resolved.config.control_plane.service
    if not section.enabled:
        return None
    spec: Json = {"type": "ClusterIP", "ports": _ports(resolved), "selector": dict(SELECTOR)}
    if resolved.replicas == 1:
        # One pod: hiding it while it is not ready would only turn a short wait into "no route".
        spec["publishNotReadyAddresses"] = True
    return Service(
        api_version="v1",
        kind="Service",
        metadata=metadata(
            RELEASE,
            labels={**section.labels, markers.SERVICE: "true"},
            annotations=section.annotations,
            shared_annotations=_shared(resolved),
        ),
        spec={**spec, **section.spec},
    )


def headless_service(resolved: Resolved) -> Service | None:
    """Service NAME-headless, which a StatefulSet needs."""
    if not resolved.stateful:
        return None
    section = resolved.config.control_plane.advanced.headless_service
    return Service(
        api_version="v1",
        kind="Service",
        metadata=metadata(
            HEADLESS_SERVICE,
            labels=section.labels,
            annotations=section.annotations,
            shared_annotations=_shared(resolved),
        ),
        spec={
            "clusterIP": "None",
            "publishNotReadyAddresses": True,
            "ports": [_HTTPS, *([_ETCD_PEER] if resolved.datastore.etcd == "embedded" else [])],
            "selector": dict(SELECTOR),
        },
    )


def _ports(resolved: Resolved) -> list[Json]:
    """The kubelet port is not exposed through a load balancer."""
    section = resolved.config.control_plane.service
    ports = [_with_node_port(_HTTPS, section.https_node_port)]
    by_hostname = resolved.config.networking.advanced.proxy_kubelets.by_hostname
    if by_hostname and section.spec.get("type") != "LoadBalancer":
        ports.append(_with_node_port(_KUBELET, section.kubelet_node_port))
    return ports


def _with_node_port(port: Json, node_port: int) -> Json:
    return {**port, "nodePort": node_port} if node_port else dict(port)


def _shared(resolved: Resolved) -> dict[str, str]:
    return dict(resolved.config.control_plane.advanced.global_metadata.annotations)
