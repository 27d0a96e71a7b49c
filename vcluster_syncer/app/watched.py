"""Which resources are followed on each side, and how little of each is enough."""

from __future__ import annotations

from typing import Final

import msgspec

from vcluster_contract import markers
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import (
    CONFIG_MAPS,
    ENDPOINT_SLICES,
    ENDPOINTS,
    EVENTS,
    NAMESPACES,
    NODES,
    PERSISTENT_VOLUME_CLAIMS,
    PERSISTENT_VOLUMES,
    PODS,
    SECRETS,
    SERVICES,
    STORAGE_CLASSES,
    Resource,
)
from vcluster_syncer.kube.store import IndexFunction
from vcluster_syncer.sync.endpoints import BY_SERVICE
from vcluster_syncer.sync.indices import service_of, volume_of
from vcluster_syncer.sync.volumes import BY_VOLUME
from vcluster_syncer.translate.endpoints import MANAGED_BY as SLICE_MANAGED_BY


class Watched(msgspec.Struct, frozen=True):
    """One list/watch."""

    resource: Resource
    label_selector: str = ""


INDICES: Final[dict[Resource, tuple[str, IndexFunction]]] = {
    ENDPOINT_SLICES: (BY_SERVICE, service_of),
    PERSISTENT_VOLUME_CLAIMS: (BY_VOLUME, volume_of),
}
"""Indices of the virtual side."""


def host_side(config: SyncerConfig, vcluster: str) -> list[Watched]:
    """Followed on the host, in our namespace where namespaced.

    Only objects that carry our mark, except where objects without it matter: Service and Endpoints NAME, node Services,
    and Events, which carry no labels at all.
    """
    ours = f"{markers.MANAGED_BY}={vcluster}"
    to_host, from_host = config.to_host, config.from_host
    chosen = [
        (True, Watched(SERVICES)),
        (True, Watched(ENDPOINTS)),
        (to_host.pods.enabled, Watched(PODS, ours)),
        (to_host.config_maps.enabled, Watched(CONFIG_MAPS, ours)),
        (to_host.secrets.enabled or to_host.pods.enabled, Watched(SECRETS, ours)),
        (to_host.persistent_volume_claims.enabled, Watched(PERSISTENT_VOLUME_CLAIMS, ours)),
        (
            to_host.endpoint_slices.enabled,
            Watched(ENDPOINT_SLICES, f"{ours},{SLICE_MANAGED_BY}={markers.FIELD_MANAGER}"),
        ),
        (from_host.events.enabled, Watched(EVENTS)),
        (from_host.storage_classes.enabled, Watched(STORAGE_CLASSES)),
        (from_host.nodes.enabled, Watched(NODES, _labels(from_host.nodes.selector.labels))),
    ]
    return [watched for wanted, watched in chosen if wanted]


def _labels(labels: dict[str, str]) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def virtual_side(config: SyncerConfig, vcluster: str) -> list[Watched]:
    """Followed in all namespaces of the virtual cluster."""
    to_host, from_host = config.to_host, config.from_host
    always = (PODS, SERVICES, ENDPOINTS, ENDPOINT_SLICES, NAMESPACES, NODES, CONFIG_MAPS)
    chosen = [
        *((True, Watched(resource)) for resource in always),
        (to_host.secrets.enabled, Watched(SECRETS)),
        (to_host.persistent_volume_claims.enabled, Watched(PERSISTENT_VOLUME_CLAIMS)),
        (to_host.persistent_volume_claims.enabled, Watched(PERSISTENT_VOLUMES)),
        (from_host.events.enabled, Watched(EVENTS, f"{markers.MANAGED_BY}={vcluster}")),
        (from_host.storage_classes.enabled, Watched(STORAGE_CLASSES)),
    ]
    return [watched for wanted, watched in chosen if wanted]
