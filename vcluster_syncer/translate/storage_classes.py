"""Storage classes of the host, mirrored so that users can choose one by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_contract.kinds import STORAGE_CLASSES
from vcluster_syncer.translate.diff import merge_patch
from vcluster_syncer.translate.metadata import LAST_APPLIED

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import JSON

_IMMUTABLE: Final = ("provisioner", "parameters", "reclaimPolicy", "volumeBindingMode")
_MUTABLE: Final = ("allowVolumeExpansion", "mountOptions", "allowedTopologies")


def to_virtual(host: JSON) -> JSON:
    """The virtual class for ``host``, under the same name."""
    metadata = host["metadata"]
    annotations = {key: value for key, value in (metadata.get("annotations") or {}).items() if key != LAST_APPLIED}
    return {
        "apiVersion": STORAGE_CLASSES.api_version,
        "kind": STORAGE_CLASSES.kind,
        "metadata": {"name": metadata["name"], "labels": metadata.get("labels") or {}, "annotations": annotations},
    } | {field: host[field] for field in (*_IMMUTABLE, *_MUTABLE) if field in host}


def virtual_patch(desired: JSON, virtual: JSON) -> JSON:
    """Merge patch from ``virtual`` to ``desired``; {} when nothing differs."""
    metadata = virtual["metadata"]
    current = {field: metadata.get(field) or {} for field in ("labels", "annotations")}
    wanted = {field: desired["metadata"][field] for field in ("labels", "annotations")}
    changes = merge_patch(current, wanted)
    fields = merge_patch(
        {field: virtual[field] for field in _MUTABLE if field in virtual},
        {field: desired[field] for field in _MUTABLE if field in desired},
    )
    return ({"metadata": changes} if changes else {}) | fields


def must_replace(desired: JSON, virtual: JSON) -> bool:
    """Whether a field differs that the API server never lets change."""
    return any(desired.get(field) != virtual.get(field) for field in _IMMUTABLE)
