"""Replicas on one node fall together, so several of them prefer different nodes and zones unless told otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vcluster_config.objects import Json


def affinity(given: Json, replicas: int, labels: Mapping[str, str]) -> Json:
    """The user's affinity, or for several replicas a preference for other nodes (100) and other zones (50)."""
    if given or replicas == 1:
        return dict(given)
    terms = [
        {
            "weight": weight,
            "podAffinityTerm": {"labelSelector": {"matchLabels": dict(labels)}, "topologyKey": key},
        }
        for weight, key in ((100, "kubernetes.io/hostname"), (50, "topology.kubernetes.io/zone"))
    ]
    return {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": terms}}
