"""Claim templates, complete with apiVersion and kind: what the API server would add shows as drift in GitOps tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vcluster_config.model.control_plane.backing_store import EtcdVolumeClaim
    from vcluster_config.model.control_plane.stateful_set import VolumeClaim
    from vcluster_config.objects import Json


def templates(given: Sequence[Json], claim: VolumeClaim | EtcdVolumeClaim) -> tuple[Json, ...]:
    """Those of the user, or one claim named ``data``."""
    if given:
        return tuple({"apiVersion": "v1", "kind": "PersistentVolumeClaim", **item} for item in given)
    spec: Json = {"accessModes": list(claim.access_modes), "resources": {"requests": {"storage": claim.size}}}
    if claim.storage_class:
        spec["storageClassName"] = claim.storage_class
    return ({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": spec},)
