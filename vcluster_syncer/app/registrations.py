"""The syncers that a configuration asks for, and the changes that wake each of them."""

from __future__ import annotations

from types import ModuleType
from typing import cast

from vcluster_contract.config import UsedOrAll
from vcluster_contract.kinds import (
    CATALOGUE,
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
    Kind,
    Resource,
)
from vcluster_syncer.sync.api import Syncer, World
from vcluster_syncer.sync.claims import ClaimSyncer
from vcluster_syncer.sync.endpoints import EndpointsSyncer
from vcluster_syncer.sync.events import EventSyncer
from vcluster_syncer.sync.fake_nodes import FakeNodeSyncer
from vcluster_syncer.sync.kubernetes_service import KubernetesServiceSyncer
from vcluster_syncer.sync.lane import Registration
from vcluster_syncer.sync.node_hosts import NodeHostsSyncer
from vcluster_syncer.sync.passive import PassiveSyncer, Translation
from vcluster_syncer.sync.pods import PodSyncer
from vcluster_syncer.sync.real_nodes import RealNodeSyncer
from vcluster_syncer.sync.references import References
from vcluster_syncer.sync.services import ServiceSyncer
from vcluster_syncer.sync.storage_classes import StorageClassSyncer
from vcluster_syncer.sync.volumes import VolumeSyncer
from vcluster_syncer.translate import config_maps, secrets


def registrations(world: World) -> list[Registration]:
    """All syncers, those that answer ``World.enqueue`` for a resource first."""
    config = world.scope.config
    found = [_register(world, kind) for kind in CATALOGUE if kind.enabled(config) and kind.resource in _BUILDERS]
    if config.to_host.config_maps.enabled or config.to_host.secrets.enabled:
        found += _passive(world)
    if config.to_host.persistent_volume_claims.enabled:
        volumes = VolumeSyncer(world)
        watched = (PERSISTENT_VOLUMES, PERSISTENT_VOLUME_CLAIMS)
        found.append(Registration(name="persistentvolumes", syncer=volumes, virtual=watched))
    if config.to_host.pods.enabled and not config.from_host.nodes.enabled:
        nodes = FakeNodeSyncer(world)
        found.append(
            Registration(
                name="nodes",
                syncer=nodes,
                host=(PODS, SERVICES),
                virtual=(NODES, PODS),
                known_keys=nodes.known_keys,
            )
        )
    if config.dns.enabled:
        found.append(Registration(name="nodehosts", syncer=NodeHostsSyncer(world), virtual=(NODES, CONFIG_MAPS)))
    mirrored = (SERVICES, ENDPOINTS, ENDPOINT_SLICES)
    kubernetes = KubernetesServiceSyncer(world)
    found.append(Registration(name="kubernetes", syncer=kubernetes, host=(SERVICES, ENDPOINTS), virtual=mirrored))
    return found


def _pods(world: World, kind: Kind) -> Registration:
    return _named(kind, PodSyncer(world), PodSyncer.watches_host, PodSyncer.watches_virtual)


def _services(world: World, kind: Kind) -> Registration:
    return _named(kind, ServiceSyncer(world, kind), (SERVICES,), (SERVICES,))


def _endpoints(world: World, kind: Kind) -> Registration:
    host = (ENDPOINTS, SERVICES) if kind.resource == ENDPOINTS else (kind.resource,)
    return _named(kind, EndpointsSyncer(world, kind), host, (kind.resource, SERVICES))


def _claims(world: World, kind: Kind) -> Registration:
    return _named(kind, ClaimSyncer(world, kind), (PERSISTENT_VOLUME_CLAIMS,), (PERSISTENT_VOLUME_CLAIMS,))


def _storage_classes(world: World, kind: Kind) -> Registration:
    return _named(kind, StorageClassSyncer(world, kind), (STORAGE_CLASSES,), (STORAGE_CLASSES,))


def _real_nodes(world: World, kind: Kind) -> Registration:
    return _named(kind, RealNodeSyncer(world, kind), (NODES, PODS, SERVICES), (NODES, PODS))


def _events(world: World, kind: Kind) -> Registration:
    """Virtual Events expire; a patrol must not bring them back. Pods and namespaces are watched to wait for them.

    In a burst they are a quarter of all writes, and nobody's pod waits for one.
    """
    syncer = EventSyncer(world, kind)
    watched = (EVENTS, NAMESPACES, PODS)
    host = (EVENTS, PODS)
    return Registration(name="events", syncer=syncer, host=host, virtual=watched, patrolled=False, patient=True)


_BUILDERS = {
    PODS: _pods,
    SERVICES: _services,
    ENDPOINTS: _endpoints,
    ENDPOINT_SLICES: _endpoints,
    PERSISTENT_VOLUME_CLAIMS: _claims,
    STORAGE_CLASSES: _storage_classes,
    EVENTS: _events,
    NODES: _real_nodes,
}


def _register(world: World, kind: Kind) -> Registration:
    return _BUILDERS[kind.resource](world, kind)


def _passive(world: World) -> list[Registration]:
    to_host, references = world.scope.config.to_host, References(world.virtual.stores[PODS])
    chosen: tuple[tuple[Resource, UsedOrAll, ModuleType], ...] = (
        (CONFIG_MAPS, to_host.config_maps, config_maps),
        (SECRETS, to_host.secrets, secrets),
    )
    result = []
    for resource, switch, module in chosen:
        if not switch.enabled:
            continue
        kind = next(kind for kind in CATALOGUE if kind.resource == resource)
        syncer = PassiveSyncer(world, kind, switch, cast("Translation", module), references)
        result.append(_named(kind, syncer, (resource,), (resource, PODS)))
    return result


def _named(kind: Kind, syncer: Syncer, host: tuple[Resource, ...], virtual: tuple[Resource, ...]) -> Registration:
    return Registration(name=kind.resource.plural, syncer=syncer, host=host, virtual=virtual)
