"""Network policies of the host: workloads reach their own cluster and the allowed outside, and nothing else.

Ports in a policy are those of pods, after a Service's address was translated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import to_builtins

from vcluster_config.compile.metadata import metadata
from vcluster_config.networks import inside
from vcluster_config.placeholders import RELEASE
from vcluster_contract import layout, markers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model.base import Section
    from vcluster_config.model.policies import ControlPlaneRules, IpBlock, PublicEgress
    from vcluster_config.objects import Json

_CONTROL_PLANE: Final[Json] = {"matchLabels": {"release": RELEASE}}
_WORKLOADS: Final[Json] = {"matchLabels": {markers.MANAGED_BY: RELEASE}}
_HOST_DNS: Final[Json] = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}
_HOST_API_PORTS: Final = (443, layout.API_SERVER_PORT, 6443)


def objects(resolved: Resolved) -> Iterator[Json]:
    """``vc-work-NAME`` for workloads and ``vc-cp-NAME`` for the control plane, when enabled."""
    section = resolved.config.policies.network_policy
    if section.enabled:
        yield _policy(resolved, f"vc-work-{RELEASE}", _WORKLOADS, section.workload, _workload_egress(resolved))
        yield _policy(resolved, f"vc-cp-{RELEASE}", _CONTROL_PLANE, section.control_plane, _control_plane_egress())


def _workload_egress(resolved: Resolved) -> list[Json]:
    plane = {"to": [{"podSelector": _CONTROL_PLANE}]}
    ports = (443, layout.API_SERVER_PORT, layout.KUBELET_PORT)
    return [
        {**plane, "ports": [_port(number) for number in ports]},
        {"ports": [_port(53, "UDP"), _port(53)]},
        {"to": [{"podSelector": _WORKLOADS}]},
        *_outside(resolved),
    ]


def _control_plane_egress() -> list[Json]:
    return [
        {"ports": [_port(number) for number in _HOST_API_PORTS]},
        {"to": [{"podSelector": {}}, _HOST_DNS]},
    ]


def _outside(resolved: Resolved) -> list[Json]:
    """Addresses outside the cluster; newer files say ``workload.publicEgress`` and then that counts."""
    section = resolved.config.policies.network_policy
    public = section.workload.public_egress
    if "public_egress" not in section.workload.model_fields_set:
        return [_block(section.outgoing_connections.ip_block)]
    return [_block(public)] if public.enabled else []


def _block(section: IpBlock | PublicEgress) -> Json:
    """What is excepted by default says nothing about a network that does not hold it, and would be refused."""
    block: Json = {"cidr": section.cidr}
    written = "except_" in section.model_fields_set
    exceptions = [network for network in section.except_ if written or inside(network, section.cidr)]
    if exceptions:
        block["except"] = exceptions
    return {"to": [{"ipBlock": block}]}


def _policy(resolved: Resolved, name: str, selector: Json, extra: ControlPlaneRules, egress: list[Json]) -> Json:
    """Ingress stays open unless a file names rules for it."""
    section = resolved.config.policies.network_policy
    shared = resolved.config.control_plane.advanced.global_metadata.annotations
    spec: Json = {
        "podSelector": selector,
        "policyTypes": ["Egress"],
        "egress": [*egress, *_rules(extra.egress)],
    }
    if extra.ingress:
        spec["policyTypes"] = ["Egress", "Ingress"]
        spec["ingress"] = [
            {"from": [{"podSelector": _WORKLOADS}, {"podSelector": _CONTROL_PLANE}]},
            *_rules(extra.ingress),
        ]
    found = metadata(name, labels=section.labels, annotations=section.annotations, shared_annotations=shared)
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": to_builtins(found),
        "spec": spec,
    }


def _rules(sections: Sequence[Section]) -> list[Json]:
    return [_compact(section.model_dump(by_alias=True)) for section in sections]


def _compact(value: Any) -> Any:
    """Without what is not set: an empty list of peers would mean nobody, and null is no peer."""
    if isinstance(value, dict):
        return {key: _compact(item) for key, item in value.items() if item is not None and item != []}
    return [_compact(item) for item in value] if isinstance(value, list) else value


def _port(number: int, protocol: str = "TCP") -> Json:
    return {"port": number, "protocol": protocol}
