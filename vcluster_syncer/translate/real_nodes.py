"""Host nodes as virtual ones, when the user may see them: everything is the host's, only addresses lead to us.

Users may add labels, annotations and taints of their own; those stay until they remove them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from vcluster_contract import layout, markers
from vcluster_contract.kinds import NODES
from vcluster_syncer.translate import fake_nodes
from vcluster_syncer.translate.diff import field_patch
from vcluster_syncer.translate.metadata import LAST_APPLIED, metadata_patch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_syncer.kube.api import JSON, Meta
    from vcluster_syncer.translate.scope import Scope

ORIGINAL_TAINTS: Final = markers.PREFIX + "original-taints"
"""Annotation on the virtual node: the host's taints as last copied, to tell them from the user's own."""
_EXCLUDED: Final = (LAST_APPLIED, ORIGINAL_TAINTS, markers.MANAGED_LABELS, markers.MANAGED_ANNOTATIONS)
_SPEC: Final = ("podCIDR", "podCIDRs", "providerID", "unschedulable")
_INTERNAL_DNS: Final = "InternalDNS"
_NOT_READY: Final = "node.kubernetes.io/not-ready"


def is_ours(scope: Scope, meta: Meta) -> bool:
    """Whether the virtual node was made by ``virtual_node``; others are never deleted."""
    return meta.labels.get(markers.MANAGED_BY) == scope.vcluster


def virtual_node(scope: Scope, host: JSON, cluster_ip: str) -> JSON:
    """The virtual node for ``host``; ``cluster_ip`` is that of its host Service, empty when there is none."""
    taints = shown_taints(scope, host)
    spec = {field: host["spec"][field] for field in _SPEC if field in host["spec"]}
    return {
        "apiVersion": NODES.api_version,
        "kind": NODES.kind,
        "metadata": {"name": host["metadata"]["name"], **_metadata(scope, host, taints)},
        "spec": spec | ({"taints": taints} if taints else {}),
        "status": _status(scope, host, cluster_ip),
    }


def node_patch(scope: Scope, host: JSON, virtual: JSON, virtual_meta: Meta) -> JSON:
    """Merge patch of metadata and spec; {} when nothing differs."""
    taints = shown_taints(scope, host)
    metadata = metadata_patch(_metadata(scope, host, taints), virtual_meta)
    wanted = {**host["spec"], "taints": _merged(taints, virtual)}
    spec = field_patch(virtual.get("spec", {}), wanted, (*_SPEC, "taints"))
    return ({"metadata": metadata} if metadata else {}) | ({"spec": spec} if spec else {})


def status_patch(scope: Scope, host: JSON, virtual: JSON, cluster_ip: str) -> JSON:
    """Merge patch of the status; heartbeats alone are no difference, as nobody inside judges nodes by them."""
    wanted, found = _status(scope, host, cluster_ip), virtual.get("status", {})
    fields = wanted.keys() | found.keys()
    patch = field_patch(found, wanted, sorted(fields - {"conditions"}))
    if _steady(wanted) != _steady(found):
        patch["conditions"] = wanted.get("conditions", [])
    return {"status": patch} if patch else {}


def shown_taints(scope: Scope, host: JSON) -> list[JSON]:
    """Taints of the host node, without those that every synced pod tolerates anyway."""
    tolerations = scope.config.to_host.pods.enforce_tolerations
    taints = host["spec"].get("taints") or ()
    return [taint for taint in taints if not any(_tolerates(item, taint) for item in tolerations)]


def _merged(taints: list[JSON], virtual: JSON) -> list[JSON]:
    """The host's taints, and what users added: whatever the host neither has nor had."""
    record = (virtual["metadata"].get("annotations") or {}).get(ORIGINAL_TAINTS)
    before = msgspec.json.decode(record) if record else []
    known = [_identity(taint) for taint in (*taints, *before)]
    found = virtual.get("spec", {}).get("taints") or ()
    added = (taint for taint in found if _identity(taint) not in known and taint["key"] != _NOT_READY)
    return [*taints, *added]


def _metadata(scope: Scope, host: JSON, taints: list[JSON]) -> JSON:
    metadata = host["metadata"]
    labels = metadata.get("labels") or {}
    annotations = {k: v for k, v in (metadata.get("annotations") or {}).items() if k not in _EXCLUDED}
    records = {
        markers.MANAGED_LABELS: "\n".join(sorted(labels)),
        markers.MANAGED_ANNOTATIONS: "\n".join(sorted(annotations)),
        ORIGINAL_TAINTS: msgspec.json.encode(taints).decode(),
    }
    return {"labels": labels | {markers.MANAGED_BY: scope.vcluster}, "annotations": annotations | records}


def _status(scope: Scope, host: JSON, cluster_ip: str) -> JSON:
    status = dict(host.get("status", {}))
    status["addresses"] = _addresses(scope, host["metadata"]["name"], status.get("addresses") or [], cluster_ip)
    status["daemonEndpoints"] = {"kubeletEndpoint": {"Port": layout.KUBELET_PORT}}
    if scope.config.from_host.nodes.clear_image_status:
        status.pop("images", None)
    return status


def _addresses(scope: Scope, name: str, host: list[JSON], cluster_ip: str) -> list[JSON]:
    """The host's, but for those that lead to us; a name of its internal DNS would lead around us."""
    replaced = fake_nodes.addresses(scope, name, cluster_ip)
    types = {_INTERNAL_DNS, *(item["type"] for item in replaced)} if replaced else set()
    return [*replaced, *(item for item in host if item["type"] not in types)]


def _steady(status: JSON) -> list[JSON]:
    """Conditions without the time of the last heartbeat."""
    conditions: Iterable[JSON] = status.get("conditions") or ()
    return [{key: value for key, value in item.items() if key != "lastHeartbeatTime"} for item in conditions]


def _identity(taint: JSON) -> tuple[Any, ...]:
    return taint["key"], taint.get("value", ""), taint["effect"]


def _tolerates(toleration: dict[str, str], taint: JSON) -> bool:
    """Kubernetes' rule (core/v1 Toleration): empty effect and empty key with Exists match everything."""
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("key") and toleration["key"] != taint["key"]:
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return True
    return toleration.get("value", "") == taint.get("value", "") and bool(toleration.get("key"))
