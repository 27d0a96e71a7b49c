"""Endpoints and EndpointSlices that users write for Services without selector; all others the host computes itself."""

from __future__ import annotations

from typing import Final

from vcluster_contract.kinds import ENDPOINT_SLICES, SERVICES, Kind, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.sync.api import Done, Outcome, World
from vcluster_syncer.sync.base import (
    Reverse,
    delete,
    delete_orphan,
    excluded,
    is_ours,
    made_from,
    patch,
)
from vcluster_syncer.sync.services import KUBERNETES
from vcluster_syncer.translate import endpoints

BY_SERVICE: Final = "service"
"""Index of virtual EndpointSlices by ``namespace/name`` of their Service."""


class EndpointsSyncer:
    """Either kind, told apart by the catalogue entry."""

    def __init__(self, world: World, kind: Kind) -> None:
        self.kind = kind
        self._world = world
        self._slices = kind.resource == ENDPOINT_SLICES
        self._services = world.virtual.stores[SERVICES]
        self._host_services = world.host.stores[SERVICES]
        self._virtual = world.virtual.stores[kind.resource]
        self._host = world.host.stores[kind.resource]
        self._reverse = Reverse(world.scope, kind.resource, self._host)
        self._service_of = Reverse(world.scope, SERVICES, self._host_services)

    async def reconcile(self, key: Key) -> Outcome:
        """Create, patch or remove the host object."""
        resource, world = self.kind.resource, self._world
        virtual, host = self._virtual.get(key), self._host.get(world.scope.host_key(key))
        if host is not None and excluded(host.meta):
            return Done()
        wanted = virtual if virtual is not None and self._wanted(virtual) else None
        if host is not None and not is_ours(world.scope, resource, host, key):
            return await self._leftover(host, key) if wanted else Done()
        if wanted is not None:
            return await self._show(key, wanted, host)
        if virtual is None:
            return await delete_orphan(world.host, resource, host)
        return await delete(world.host, resource, host) if host else Done()

    async def _show(self, key: Key, virtual: Entry, host: Entry | None) -> Outcome:
        resource, world = self.kind.resource, self._world
        desired = self._translated(virtual.decode())
        if host is None:
            return await self._reverse.create(world, desired, key)
        found = host.decode()
        # The address type of a slice is immutable.
        if not made_from(host, virtual) or found.get("addressType") != desired.get("addressType"):
            return await delete(world.host, resource, host)
        changes = endpoints.host_patch(resource, desired, found, host.meta)
        return await patch(world.host, resource, host, changes) if changes else Done()

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """The virtual object from which a host object was made.

        Endpoints that the host made itself have the name of their Service and are in the way of the user's.
        """
        found = [] if resource == SERVICES else self._reverse.keys(key)
        return found if found or self._slices else self._service_of.keys(key)

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The object itself, or those of a changed Service."""
        if resource == SERVICES and self._slices:
            return [entry.meta.key for entry in self._virtual.by_index(BY_SERVICE, str(key))]
        return [key]

    def _wanted(self, virtual: Entry) -> bool:
        meta = virtual.meta
        name = meta.labels.get(endpoints.SERVICE_NAME, "") if self._slices else meta.key.name
        service_key = Key(meta.key.namespace, name)
        service = self._services.get(service_key)
        if service is None or service_key == KUBERNETES or excluded(meta) or self._mirrored(virtual):
            return False
        return not service.decode()["spec"].get("selector")

    def _mirrored(self, virtual: Entry) -> bool:
        """Whether the host makes this slice itself, out of Endpoints that are synced."""
        by = virtual.meta.labels.get(endpoints.MANAGED_BY)
        return by == endpoints.MIRRORING_CONTROLLER and self._world.scope.config.to_host.endpoints.enabled

    def _translated(self, virtual: JSON) -> JSON:
        translate = endpoints.slice_to_host if self._slices else endpoints.endpoints_to_host
        return translate(self._world.scope, virtual)

    async def _leftover(self, host: Entry, key: Key) -> Outcome:
        """Endpoints that the host computed for our Service while it had a selector make room for the user's."""
        service = self._host_services.get(host.meta.key)
        if service is not None and is_ours(self._world.scope, SERVICES, service, key):
            return await delete(self._world.host, self.kind.resource, host)
        return self._reverse.taken(host.meta, key)
