"""What a Service needs from the host before it may be stored, and the patch that gives it, as pure functions.

The rules are those of Service allocation (Kubernetes docs, "Service ClusterIP allocation", "Type: NodePort" and
"External load balancer": ``spec.healthCheckNodePort``).
"""

from __future__ import annotations

from typing import Any, Final

from vcluster_syncer.kube.api import JSON

_NODE_PORT_TYPES: Final = frozenset({"NodePort", "LoadBalancer"})
_ADDRESSES: Final = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")
REQUESTABLE: Final = (*_ADDRESSES, "healthCheckNodePort")
"""Fields that users may ask a value for; without one the host allocates."""


def has_addresses(service: JSON) -> bool:
    """Whether a Service of this kind has a ClusterIP; headless ones and external names have none."""
    spec = service.get("spec") or {}
    return spec.get("type") != "ExternalName" and spec.get("clusterIP") != "None"


def carried_over(new: JSON, old: JSON) -> JSON:
    """``new`` with what the API server will carry over from ``old`` when the client left it out."""
    spec, before = dict(new["spec"]), old["spec"]
    if has_addresses(old):
        for field in _ADDRESSES:
            if field in before:
                spec.setdefault(field, before[field])
    if wants_node_ports(new) and wants_node_ports(old):
        kept = {_identity(port): port for port in before.get("ports", ())}
        ports = spec.get("ports", ())
        spec["ports"] = [_with_node_port(port, kept.get(_identity(port), {})) for port in ports]
    if wants_health_check_port(new) and "healthCheckNodePort" in before:
        spec.setdefault("healthCheckNodePort", before["healthCheckNodePort"])
    return {**new, "spec": spec}


def needs_host(service: JSON, old: JSON) -> bool:
    """Whether an update asks for an address or port that only the host may give; ``service`` is carried over."""
    if not has_addresses(service):
        return False
    spec = service["spec"]
    if spec.get("ipFamilyPolicy") != old["spec"].get("ipFamilyPolicy", spec.get("ipFamilyPolicy")):
        return True
    if not spec.get("clusterIP") or (wants_health_check_port(service) and not spec.get("healthCheckNodePort")):
        return True
    if not wants_node_ports(service):
        return False
    known = {(_identity(port), port.get("nodePort")) for port in old["spec"].get("ports", ())}
    ports = spec.get("ports", ())
    return any(not port.get("nodePort") or (_identity(port), port["nodePort"]) not in known for port in ports)


def wants_node_ports(service: JSON) -> bool:
    """Whether ports get node ports."""
    spec = service["spec"]
    return bool(spec.get("type") in _NODE_PORT_TYPES) and spec.get("allocateLoadBalancerNodePorts") is not False


def wants_health_check_port(service: JSON) -> bool:
    """Whether a health check node port belongs to this Service."""
    spec = service["spec"]
    return (spec.get("type"), spec.get("externalTrafficPolicy")) == ("LoadBalancer", "Local")


def allocation_patch(virtual: JSON, host: JSON) -> list[JSON]:
    """JSON patch that gives ``virtual`` the addresses and ports of ``host``."""
    wanted, found = virtual["spec"], host["spec"]
    fields: tuple[str, ...] = _ADDRESSES
    if wants_health_check_port(virtual):
        fields = (*fields, "healthCheckNodePort")
    patch = [_add(field, found[field]) for field in fields if field in found and wanted.get(field) != found[field]]
    return patch + (_port_patch(wanted, found) if wants_node_ports(virtual) else [])


def _port_patch(wanted: JSON, found: JSON) -> list[JSON]:
    given = {_identity(port): port.get("nodePort") for port in found.get("ports", ())}
    pairs = [(index, port, given.get(_identity(port))) for index, port in enumerate(wanted.get("ports", ()))]
    return [
        _add(f"ports/{index}/nodePort", node_port)
        for index, port, node_port in pairs
        if node_port and port.get("nodePort") != node_port
    ]


def _add(field: str, value: Any) -> JSON:
    return {"op": "add", "path": f"/spec/{field}", "value": value}


def _with_node_port(port: JSON, old: JSON) -> JSON:
    return {**port, "nodePort": old["nodePort"]} if old.get("nodePort") and not port.get("nodePort") else port


def _identity(port: JSON) -> tuple[str, int]:
    return port.get("protocol", "TCP"), port["port"]
