"""What ``default/kubernetes`` looks like inside, made from the host's Service and Endpoints NAME."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_contract.kinds import ENDPOINT_SLICES, ENDPOINTS, SERVICES
from vcluster_syncer.translate.diff import field_patch, merge_patch
from vcluster_syncer.translate.endpoints import SERVICE_NAME
from vcluster_syncer.translate.services import kubernetes_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_syncer.kube.api import JSON

SKIP_MIRROR: Final = "endpointslice.kubernetes.io/skip-mirror"
_PORT: Final = "https"
_NAME: Final = {"namespace": "default", "name": "kubernetes"}
_ADDRESSES: Final = ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")


def service(host: JSON, virtual: JSON) -> JSON:
    """The virtual Service again, at the host's address."""
    metadata = {**_NAME, "labels": virtual["metadata"].get("labels") or {}}
    addresses = {field: host["spec"][field] for field in _ADDRESSES if field in host["spec"]}
    spec = {"type": "ClusterIP", "ports": kubernetes_ports(host), "sessionAffinity": "None"}
    return {
        "apiVersion": SERVICES.api_version,
        "kind": SERVICES.kind,
        "metadata": metadata,
        "spec": spec | addresses,
    }


def service_patch(host: JSON, virtual: JSON) -> JSON:
    """Merge patch when the port differs; {} otherwise. Names and node ports of other ports do not matter inside."""
    wanted, found = kubernetes_ports(host), virtual["spec"].get("ports") or []
    same = [_essence(port) for port in wanted] == [_essence(port) for port in found]
    return {} if same else {"spec": {"ports": wanted}}


def endpoints(host: JSON) -> JSON:
    """Virtual Endpoints: addresses alone, and of the ports only ``https``."""
    return {
        "apiVersion": ENDPOINTS.api_version,
        "kind": ENDPOINTS.kind,
        "metadata": {**_NAME, "labels": {SKIP_MIRROR: "true"}},
        "subsets": list(_subsets(host)),
    }


def endpoint_slice(host: JSON) -> JSON:
    """Virtual EndpointSlice for the same addresses; IPv6 when all of them are."""
    subsets = list(_subsets(host))
    found: list[JSON] = [
        {"addresses": [address["ip"]], "conditions": {"ready": ready}}
        for subset in subsets
        for field, ready in (("addresses", True), ("notReadyAddresses", False))
        for address in subset.get(field) or ()
    ]
    is_v6 = bool(found) and all(":" in endpoint["addresses"][0] for endpoint in found)
    return {
        "apiVersion": ENDPOINT_SLICES.api_version,
        "kind": ENDPOINT_SLICES.kind,
        "metadata": {**_NAME, "labels": {SERVICE_NAME: "kubernetes"}},
        "addressType": "IPv6" if is_v6 else "IPv4",
        "endpoints": found,
        "ports": subsets[0]["ports"] if subsets else [],
    }


def mirror_patch(desired: JSON, found: JSON, fields: tuple[str, ...]) -> JSON:
    """Merge patch of labels and ``fields``; {} when nothing differs."""
    labels = found["metadata"].get("labels") or {}
    missing = merge_patch(labels, labels | desired["metadata"]["labels"])
    return ({"metadata": {"labels": missing}} if missing else {}) | field_patch(found, desired, fields)


def _subsets(host: JSON) -> Iterator[dict[str, Any]]:
    for subset in host.get("subsets") or ():
        ports = [port for port in subset.get("ports") or () if port.get("name") == _PORT]
        if not ports:
            continue
        yield {
            field: [{"ip": address["ip"]} for address in subset[field]]
            for field in ("addresses", "notReadyAddresses")
            if subset.get(field)
        } | {"ports": ports}


def _essence(port: JSON) -> tuple[Any, ...]:
    return port.get("name"), port["port"], port.get("protocol", "TCP")
