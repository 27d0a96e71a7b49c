"""Stand-in PersistentVolumes: a bound virtual claim must name a volume that exists, yet tenants see no host volume."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_contract import markers
from vcluster_contract.kinds import PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import JSON, Meta

_PROVISIONER: Final = "fake-pv-provisioner"
BOUND: Final = {"status": {"phase": "Bound"}}


def stand_in(claim: JSON) -> JSON:
    """The virtual volume named by the bound virtual ``claim``; its source is a driver that nobody ever mounts."""
    spec, metadata = claim["spec"], claim["metadata"]
    volume = {
        "capacity": claim.get("status", {}).get("capacity") or spec.get("resources", {}).get("requests", {}),
        "accessModes": spec.get("accessModes", []),
        "persistentVolumeReclaimPolicy": "Delete",
        "flexVolume": {"driver": "fake"},
        "claimRef": {
            "apiVersion": PERSISTENT_VOLUME_CLAIMS.api_version,
            "kind": PERSISTENT_VOLUME_CLAIMS.kind,
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
        },
    }
    volume |= {field: spec[field] for field in ("volumeMode", "storageClassName") if field in spec}
    return {
        "apiVersion": PERSISTENT_VOLUMES.api_version,
        "kind": PERSISTENT_VOLUMES.kind,
        "metadata": {
            "name": spec["volumeName"],
            "labels": {markers.FAKE_PV: "true"},
            "annotations": {
                "kubernetes.io/createdby": _PROVISIONER,
                "pv.kubernetes.io/bound-by-controller": "true",
                "pv.kubernetes.io/provisioned-by": _PROVISIONER,
            },
        },
        "spec": volume,
    }


def is_stand_in(meta: Meta) -> bool:
    """Whether the virtual volume was made by ``stand_in``."""
    return meta.labels.get(markers.FAKE_PV) == "true"


def spec_patch(claim: JSON, volume: JSON) -> JSON:
    """Merge patch after the claim grew or was made anew; {} when nothing differs."""
    wanted = stand_in(claim)["spec"]
    patch = {}
    if volume["spec"].get("capacity") != wanted["capacity"]:
        patch["capacity"] = wanted["capacity"]
    if volume["spec"].get("claimRef", {}).get("uid") != wanted["claimRef"]["uid"]:
        patch["claimRef"] = {"uid": wanted["claimRef"]["uid"], "resourceVersion": None}
    return {"spec": patch} if patch else {}
