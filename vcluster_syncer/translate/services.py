"""Services: the host allocates their addresses and the virtual side shows them; all else is the user's.

Pods reach a Service through the host's kube-proxy, so ClusterIP and node ports must be equal on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import markers
from vcluster_contract.kinds import SERVICES
from vcluster_syncer.translate.diff import field_patch
from vcluster_syncer.translate.metadata import host_metadata, metadata_patch, service_selector

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vcluster_syncer.kube.api import JSON, Meta
    from vcluster_syncer.translate.scope import Scope

RECREATE: Final = markers.PREFIX + "recreate"
"""Annotation on a host Service: the virtual Service to create again, so that a crash in between loses nothing."""

_ALLOCATED: Final = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort")
_PUSHED: Final = (
    "type",
    "externalName",
    "externalIPs",
    "loadBalancerIP",
    "loadBalancerClass",
    "loadBalancerSourceRanges",
    "allocateLoadBalancerNodePorts",
    "publishNotReadyAddresses",
    "externalTrafficPolicy",
    "internalTrafficPolicy",
    "trafficDistribution",
    "sessionAffinity",
    "sessionAffinityConfig",
    "healthCheckNodePort",
)
_CARRIED: Final = ("labels", "annotations", "finalizers", "ownerReferences")


def to_host(scope: Scope, virtual: JSON, *, allocated: bool) -> JSON:
    """A new host Service for ``virtual``.

    ``allocated`` keeps addresses and node ports that ``virtual`` names; otherwise the host allocates all of them.
    """
    spec = dict(virtual["spec"])
    if not allocated:
        headless = spec.get("clusterIP") == "None"
        spec = {key: value for key, value in spec.items() if key not in _ALLOCATED or (headless and key == "clusterIP")}
        if "ports" in spec:
            spec["ports"] = [_without_node_port(port) for port in spec["ports"]]
    selector = _selector(scope, virtual)
    spec.pop("selector", None)
    if selector:
        spec["selector"] = selector
    return {
        "apiVersion": SERVICES.api_version,
        "kind": SERVICES.kind,
        "metadata": host_metadata(scope, SERVICES, virtual),
        "spec": spec,
    }


def host_patch(scope: Scope, virtual: JSON, host: JSON, host_meta: Meta) -> JSON:
    """Merge patch that brings the host Service to what the user wrote; {} when nothing differs."""
    wanted, found = virtual["spec"], host["spec"]
    spec = field_patch(found, wanted, _PUSHED)
    if not _ports_equal(wanted.get("ports") or [], found.get("ports") or []):
        spec["ports"] = wanted.get("ports")
    selector = field_patch(found, {"selector": _selector(scope, virtual)}, ("selector",))
    spec |= selector
    if spec.get("type") == "ExternalName":
        spec |= dict.fromkeys(("clusterIP", "clusterIPs"), None)
    metadata = metadata_patch(host_metadata(scope, SERVICES, virtual), host_meta)
    return ({"metadata": metadata} if metadata else {}) | ({"spec": spec} if spec else {})


def status_patch(virtual: JSON, host: JSON) -> JSON:
    """Merge patch of the virtual status; load balancer addresses count only while both sides are load balancers.

    The API server refuses ingress addresses on another type (ServiceStatus validation).
    """
    both = all(side["spec"].get("type") == "LoadBalancer" for side in (virtual, host))
    status = host.get("status", {}) if both else {"loadBalancer": {}}
    patch = field_patch(virtual.get("status", {}), status, ("loadBalancer", "conditions"))
    return {"status": patch} if patch else {}


def address_differs(virtual: JSON, host: JSON) -> bool:
    """Whether the sides disagree on a ClusterIP that both of them have."""
    ours, theirs = virtual["spec"].get("clusterIP"), host["spec"].get("clusterIP")
    return bool(ours and theirs and ours != theirs)


def behind(virtual: JSON, host: JSON) -> bool:
    """Whether the host holds a type, address or node port that ``virtual`` lacks: the webhook asked for it."""
    ours, theirs = virtual["spec"], host["spec"]
    if (ours.get("type"), ours.get("clusterIP")) != (theirs.get("type"), theirs.get("clusterIP")):
        return True
    return bool(_node_ports(theirs) - _node_ports(ours))


def recreated(virtual: JSON, host: JSON) -> JSON:
    """The virtual Service again, with the addresses and node ports of the host one."""
    metadata = virtual["metadata"]
    spec = {key: value for key, value in virtual["spec"].items() if key not in _ALLOCATED}
    spec |= {key: host["spec"][key] for key in _ALLOCATED if key in host["spec"]}
    by_port = {_identity(port): port for port in host["spec"].get("ports") or ()}
    if "ports" in spec:
        spec["ports"] = [_with_node_port(port, by_port.get(_identity(port), {})) for port in spec["ports"]]
    return {
        "apiVersion": SERVICES.api_version,
        "kind": SERVICES.kind,
        "metadata": {"name": metadata["name"], "namespace": metadata["namespace"]}
        | {key: metadata[key] for key in _CARRIED if key in metadata},
        "spec": spec,
    }


def unallocated(virtual: JSON) -> JSON:
    """``virtual`` without addresses and node ports, which are allocated anew."""
    spec = {key: value for key, value in virtual["spec"].items() if key not in _ALLOCATED}
    if "ports" in spec:
        spec["ports"] = [_without_node_port(port) for port in spec["ports"]]
    return virtual | {"spec": spec}


def kubernetes_ports(service: JSON) -> list[JSON]:
    """Ports of ``default/kubernetes`` from the host Service NAME: neither the kubelet's nor node ports."""
    ports = (port for port in service["spec"].get("ports") or () if port.get("name") != "kubelet")
    return [_without_node_port(port) for port in ports]


def _selector(scope: Scope, virtual: JSON) -> dict[str, str]:
    return service_selector(scope, virtual["spec"].get("selector"), virtual["metadata"]["namespace"])


def _without_node_port(port: Mapping[str, Any]) -> JSON:
    return {key: value for key, value in port.items() if key != "nodePort"}


def _with_node_port(port: Mapping[str, Any], host: Mapping[str, Any]) -> JSON:
    return _without_node_port(port) | ({"nodePort": host["nodePort"]} if "nodePort" in host else {})


def _identity(port: Mapping[str, Any]) -> tuple[Any, Any]:
    return port.get("port"), port.get("protocol", "TCP")


def _node_ports(spec: JSON) -> set[int]:
    return {port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")}


def _ports_equal(wanted: list[JSON], found: list[JSON]) -> bool:
    if len(wanted) != len(found):
        return False
    return all(
        port == (other if port.get("nodePort") else _without_node_port(other))
        for port, other in zip(wanted, found, strict=True)
    )
