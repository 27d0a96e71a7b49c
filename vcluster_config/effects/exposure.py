"""Who can reach whom: openings that objects make towards the outside, so that a review sees when one is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from vcluster_config.effects.rendered import mappings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vcluster_config.effects.rendered import Identity
    from vcluster_config.objects import Json

_REACH: Final = {
    "ClusterIP": "from pods of the host",
    "NodePort": "from outside, on every node",
    "LoadBalancer": "from outside, through a load balancer",
}
_ROUTES: Final = frozenset({"Ingress", "TLSRoute"})
_NO_POLICY: Final = "pods connect to any address"


@dataclass(frozen=True, slots=True, order=True)
class ExposureChange:
    """An opening that is made or closed."""

    action: Literal["opened", "closed"]
    opening: str


def compare(before: Mapping[Identity, Json], after: Mapping[Identity, Json]) -> list[ExposureChange]:
    """Openings made, then those closed."""
    old, new = set(openings(before)), set(openings(after))
    return [
        *(ExposureChange("opened", item) for item in sorted(new - old)),
        *(ExposureChange("closed", item) for item in sorted(old - new)),
    ]


def openings(objects: Mapping[Identity, Json]) -> Iterator[str]:
    """A sentence for each."""
    policies = {identity: content for identity, content in objects.items() if identity.kind == "NetworkPolicy"}
    for identity, content in objects.items():
        spec = content.get("spec")
        if not isinstance(spec, dict):
            continue
        if identity.kind == "Service" and spec.get("clusterIP") != "None":
            yield from _service(identity, spec)
        elif identity.kind in _ROUTES:
            yield from (f"{identity} leads from outside at {host}" for host in _hosts(spec))
        elif identity.kind == "NetworkPolicy":
            yield from _policy(identity, spec)
    if not policies:
        yield _NO_POLICY


def _service(identity: Identity, spec: Json) -> Iterator[str]:
    reach = _REACH.get(spec.get("type", "ClusterIP"))
    if reach is None:
        return
    for port in mappings(spec.get("ports")):
        node = f" as {port['nodePort']}" if port.get("nodePort") and "outside" in reach else ""
        yield f"{identity} port {port.get('port')}{node} is reached {reach}"


def _hosts(spec: Json) -> list[str]:
    rules = [str(rule["host"]) for rule in mappings(spec.get("rules")) if rule.get("host")]
    return rules or [str(host) for host in spec.get("hostnames") or ()]


def _policy(identity: Identity, spec: Json) -> Iterator[str]:
    types = spec.get("policyTypes") or ["Ingress"]
    for direction, key, words in (("Ingress", "from", "takes connections from"), ("Egress", "to", "connects to")):
        rules = mappings(spec.get(direction.lower())) if direction in types else [{}]
        for rule in rules:
            yield f"{identity} {words} {_peers(rule.get(key))}{_ports(rule.get('ports'))}"


def _peers(peers: Any) -> str:
    return " and ".join(map(_peer, mappings(peers))) or "any address"


def _peer(peer: Json) -> str:
    block = peer.get("ipBlock")
    if isinstance(block, dict):
        excepted = block.get("except") or ()
        return f"{block.get('cidr')}" + (f" except {', '.join(excepted)}" if excepted else "")
    parts = [
        f"{word} {_selected(peer[key])}"
        for key, word in (("podSelector", "pods"), ("namespaceSelector", "namespaces"))
        if key in peer
    ]
    return " in ".join(parts)


def _selected(selector: Any) -> str:
    labels = selector.get("matchLabels") if isinstance(selector, dict) else None
    more = bool(selector.get("matchExpressions")) if isinstance(selector, dict) else False
    chosen = ",".join(f"{key}={value}" for key, value in sorted((labels or {}).items())) or (
        "" if more else "of any label"
    )
    return chosen + (" by expressions" if more else "")


def _ports(ports: Any) -> str:
    listed = [f"{port.get('port', 'any')}/{port.get('protocol') or 'TCP'}" for port in mappings(ports)]
    return f" at {', '.join(listed)}" if listed else ""
