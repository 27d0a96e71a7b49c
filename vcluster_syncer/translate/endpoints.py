"""Endpoints and EndpointSlices of Services without selector: addresses stay, references to Pods are translated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import markers, names
from vcluster_contract.kinds import ENDPOINT_SLICES, ENDPOINTS
from vcluster_syncer.translate.diff import field_patch
from vcluster_syncer.translate.metadata import LAST_APPLIED, host_metadata, metadata_patch

if TYPE_CHECKING:
    from vcluster_contract.kinds import Resource
    from vcluster_syncer.kube.api import JSON, Meta
    from vcluster_syncer.translate.scope import Scope

LEADER: Final = "control-plane.alpha.kubernetes.io/leader"
SERVICE_NAME: Final = "kubernetes.io/service-name"
MANAGED_BY: Final = "endpointslice.kubernetes.io/managed-by"
MIRRORING_CONTROLLER: Final = "endpointslicemirroring-controller.k8s.io"
_EXCLUDED: Final = (LAST_APPLIED, LEADER, "endpoints.kubernetes.io/last-change-trigger-time")
_SLICE_FIELDS: Final = ("endpoints", "ports")


def endpoints_to_host(scope: Scope, virtual: JSON) -> JSON:
    """The host Endpoints for ``virtual``."""
    return {
        "apiVersion": ENDPOINTS.api_version,
        "kind": ENDPOINTS.kind,
        "metadata": host_metadata(scope, ENDPOINTS, virtual, exclude=_EXCLUDED),
        "subsets": [_subset(scope, subset) for subset in virtual.get("subsets") or ()],
    }


def slice_to_host(scope: Scope, virtual: JSON) -> JSON:
    """The host EndpointSlice for ``virtual``, attached to the translated Service and owned by no host controller."""
    metadata = host_metadata(scope, ENDPOINT_SLICES, virtual, exclude=_EXCLUDED)
    service = virtual["metadata"]["labels"][SERVICE_NAME]
    metadata["labels"] |= {
        SERVICE_NAME: names.host_name(service, virtual["metadata"]["namespace"], scope.vcluster),
        MANAGED_BY: markers.FIELD_MANAGER,
    }
    return {
        "apiVersion": ENDPOINT_SLICES.api_version,
        "kind": ENDPOINT_SLICES.kind,
        "metadata": metadata,
        "addressType": virtual["addressType"],
        "endpoints": [_endpoint(scope, endpoint) for endpoint in virtual.get("endpoints") or ()],
        "ports": virtual.get("ports") or [],
    }


def host_patch(resource: Resource, desired: JSON, host: JSON, host_meta: Meta) -> JSON:
    """Merge patch from ``host`` to ``desired``; {} when nothing differs."""
    fields = _SLICE_FIELDS if resource == ENDPOINT_SLICES else ("subsets",)
    metadata = metadata_patch(desired["metadata"], host_meta)
    return ({"metadata": metadata} if metadata else {}) | field_patch(host, desired, fields)


def _subset(scope: Scope, subset: JSON) -> JSON:
    addresses = {
        field: [_endpoint(scope, address) for address in subset[field]]
        for field in ("addresses", "notReadyAddresses")
        if subset.get(field)
    }
    return subset | addresses


def _endpoint(scope: Scope, endpoint: JSON) -> JSON:
    target: dict[str, Any] | None = endpoint.get("targetRef")
    if target is None or target.get("kind") != "Pod":
        return endpoint
    host = names.host_name(target.get("name", ""), target.get("namespace", ""), scope.vcluster)
    kept = {key: value for key, value in target.items() if key not in ("uid", "resourceVersion")}
    return endpoint | {"targetRef": kept | {"name": host, "namespace": scope.host_namespace}}
