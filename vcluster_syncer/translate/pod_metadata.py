"""Labels and annotations of host pods: marks, namespace labels for selectors, and values for the downward API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from vcluster_contract import markers
from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.api import JSON, Meta
from vcluster_syncer.translate.metadata import host_metadata, metadata_patch
from vcluster_syncer.translate.pod_applied import AppliedSpec
from vcluster_syncer.translate.pod_fields import format_map, shows_all_annotations
from vcluster_syncer.translate.scope import Scope

_SET_KINDS: Final = frozenset({"DaemonSet", "Job", "ReplicaSet", "StatefulSet"})


def pod_metadata(scope: Scope, pod: JSON, namespace_labels: Mapping[str, str], applied: AppliedSpec) -> JSON:
    """Metadata of the host pod, with ``applied`` on record.

    Annotations of the virtual pod win over ours, so that in a nested cluster the innermost identity shows.
    """
    metadata = host_metadata(scope, PODS, pod)
    for key, value in namespace_labels.items():
        metadata["labels"][markers.namespace_label_key(key, scope.vcluster)] = value
    record = {markers.APPLIED_SPEC: applied.encode()}
    metadata["annotations"] = _downward_annotations(pod) | metadata["annotations"] | record
    return metadata


def pod_metadata_patch(desired: JSON, host: Meta) -> JSON:
    """Smallest merge patch of metadata, also removing labels that the virtual namespace has lost."""
    patch = metadata_patch(desired, host)
    lost = [key for key in host.labels if key.startswith(markers.NAMESPACE_LABEL) and key not in desired["labels"]]
    if lost:
        patch["labels"] = patch.get("labels", {}) | dict.fromkeys(lost)
    return patch


def _downward_annotations(pod: JSON) -> dict[str, str]:
    metadata, spec = pod["metadata"], pod["spec"]
    result = {
        markers.POD_NAME: metadata["name"],
        markers.POD_NAMESPACE: metadata["namespace"],
        markers.POD_UID: metadata["uid"],
        markers.POD_SERVICE_ACCOUNT: spec.get("serviceAccountName", ""),
        markers.POD_LABELS: format_map(metadata.get("labels") or {}),
    }
    if shows_all_annotations(spec):
        result[markers.POD_ANNOTATIONS] = format_map(metadata.get("annotations") or {})
    return result | _owner_annotations(metadata.get("ownerReferences") or [])


def _owner_annotations(owners: list[JSON]) -> dict[str, str]:
    """Owners and what a cluster autoscaler derives from them; the host pod's only owner is a Service."""
    if not owners:
        return {}
    result = {markers.OWNER_REFERENCES: msgspec.json.encode(owners, order="sorted").decode()}
    controller = next((owner for owner in owners if owner.get("controller")), None)
    if controller is None:
        return result
    result[markers.SAFE_TO_EVICT] = "true"
    if controller["kind"] in _SET_KINDS:
        result[markers.OWNER_SET_KIND] = controller["kind"]
    if controller["kind"] == "DaemonSet":
        result[markers.DAEMONSET_POD] = "true"
    return result
