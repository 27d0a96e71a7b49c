"""PersistentVolumeClaims: the user asks on the virtual side, the host provisions and binds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import markers, names
from vcluster_contract.kinds import PERSISTENT_VOLUME_CLAIMS
from vcluster_syncer.translate.diff import field_patch, merge_patch
from vcluster_syncer.translate.metadata import LAST_APPLIED, host_metadata, metadata_patch

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import JSON, Meta
    from vcluster_syncer.translate.scope import Scope

_FROM_HOST: Final = (
    "pv.kubernetes.io/bind-completed",
    "pv.kubernetes.io/bound-by-controller",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/storage-provisioner",
)
"""Annotations that the host's volume controllers write and that are shown on the virtual claim."""
_EXCLUDED: Final = (*_FROM_HOST, LAST_APPLIED)
_TRANSLATED_SOURCES: Final = ("PersistentVolumeClaim", "VolumeSnapshot")
_STATUS: Final = (
    "phase",
    "accessModes",
    "capacity",
    "conditions",
    "allocatedResources",
    "allocatedResourceStatuses",
    "currentVolumeAttributesClassName",
    "modifyVolumeStatus",
)
LOST: Final = {"phase": "Lost"}


def to_host(scope: Scope, virtual: JSON) -> JSON:
    """The host claim for ``virtual``; its data sources name host objects unless the user forbids translation."""
    spec = dict(virtual["spec"])
    if (virtual["metadata"].get("annotations") or {}).get(markers.SKIP_TRANSLATE) != "true":
        namespace = virtual["metadata"]["namespace"]
        for field in ("dataSource", "dataSourceRef"):
            if field in spec:
                spec[field] = _source(scope, spec[field], namespace)
    return {
        "apiVersion": PERSISTENT_VOLUME_CLAIMS.api_version,
        "kind": PERSISTENT_VOLUME_CLAIMS.kind,
        "metadata": host_metadata(scope, PERSISTENT_VOLUME_CLAIMS, virtual, exclude=_EXCLUDED),
        "spec": spec,
    }


def host_patch(desired: JSON, host: JSON, host_meta: Meta) -> JSON:
    """Merge patch of the host claim: metadata and requested resources, all else of a claim is immutable."""
    metadata = metadata_patch(desired["metadata"], host_meta)
    wanted, found = desired["spec"].get("resources", {}), host["spec"].get("resources", {})
    requests = field_patch(found, wanted, ("requests",))
    return ({"metadata": metadata} if metadata else {}) | ({"spec": {"resources": requests}} if requests else {})


def binding_patch(virtual: JSON, host: JSON) -> JSON:
    """Merge patch of the virtual claim with what binding on the host decided; {} when nothing differs."""
    theirs = host["metadata"].get("annotations") or {}
    ours = virtual["metadata"].get("annotations") or {}
    annotations = merge_patch(_only(ours), _only(theirs))
    volume = host["spec"].get("volumeName")
    unset = volume and not virtual["spec"].get("volumeName")
    return ({"metadata": {"annotations": annotations}} if annotations else {}) | (
        {"spec": {"volumeName": volume}} if unset else {}
    )


def status_patch(virtual: JSON, host: JSON) -> JSON:
    """Merge patch of the virtual status; {} when nothing differs."""
    patch = field_patch(virtual.get("status", {}), host.get("status", {}), _STATUS)
    return {"status": patch} if patch else {}


def volume_differs(virtual: JSON, host: JSON) -> bool:
    """Whether both claims are bound, but to different volumes."""
    ours, theirs = virtual["spec"].get("volumeName"), host["spec"].get("volumeName")
    return bool(ours and theirs and ours != theirs)


def _only(annotations: dict[str, str]) -> dict[str, Any]:
    return {key: annotations[key] for key in _FROM_HOST if key in annotations}


def _source(scope: Scope, source: JSON, namespace: str) -> JSON:
    if source.get("kind") not in _TRANSLATED_SOURCES:
        return source
    origin = source.get("namespace") or namespace
    translated = source | {"name": names.host_name(source["name"], origin, scope.vcluster)}
    if "namespace" in translated:
        translated["namespace"] = scope.host_namespace
    return translated
