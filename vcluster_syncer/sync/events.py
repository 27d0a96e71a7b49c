"""Host Events, shown on the virtual objects that they are about.

Keys here are those of *host* Events: what a virtual Event is called follows from the object that the host Event names.
Virtual Events are never deleted; they expire on their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from vcluster_contract import markers
from vcluster_contract.kinds import EVENTS, NAMESPACES, Kind, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key, Store
from vcluster_syncer.kube.errors import AlreadyExists, NotFound
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, World
from vcluster_syncer.sync.base import patch
from vcluster_syncer.translate import events


class EventSyncer:
    """Writes on the virtual side alone."""

    def __init__(self, world: World, kind: Kind) -> None:
        self.kind = kind
        self._world = world
        self._host = world.host.stores[EVENTS]
        self._virtual = world.virtual.stores[EVENTS]
        self._early: set[Key] = set()

    async def reconcile(self, key: Key) -> Outcome:
        """Create or update the virtual Event for the host Event ``key``."""
        entry = self._host.get(key)
        if entry is None:
            self._early.discard(key)
            return Done()
        event = entry.decode()
        about = events.involved(event)
        if about is None:
            return Done()
        host = self._object(self._world.host.stores, about[0], Key(key.namespace, about[1]))
        if host is None:
            return self._not_yet(key)
        self._early.discard(key)
        return await self._show(event, about[0], host)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """The host Event itself."""
        return [key] if resource == EVENTS else []

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """None: users may delete virtual Events."""
        return []

    async def _show(self, event: JSON, resource: Resource, host: Entry) -> Outcome:
        uid = event["involvedObject"].get("uid")
        virtual_key = self._world.scope.virtual_key(resource, host.meta)
        if virtual_key is None or (uid and uid != host.meta.uid):
            return Done()
        virtual = self._object(self._world.virtual.stores, resource, virtual_key)
        namespace = self._world.virtual.stores[NAMESPACES].get(Key("", virtual_key.namespace))
        if virtual is None or namespace is None or namespace.meta.deleting:
            return Done()
        return await self._write(events.to_virtual(self._world.scope, event, virtual_key, virtual.meta))

    async def _write(self, body: JSON) -> Outcome:
        metadata = body["metadata"]
        found = self._virtual.get(Key(metadata["namespace"], metadata["name"]))
        if found is not None:
            changes = events.patch(body, found.decode())
            return await self._update(found, changes) if changes else Done()
        try:
            await self._world.virtual.client.create(
                EVENTS, metadata["namespace"], body, field_manager=markers.FIELD_MANAGER
            )
        except AlreadyExists:
            return Conflict()
        return Done()

    async def _update(self, found: Entry, changes: JSON) -> Outcome:
        try:
            return await patch(self._world.virtual, EVENTS, found, changes)
        except NotFound:
            return Done()

    def _not_yet(self, key: Key) -> Outcome:
        """An Event may arrive before its object; one that stays unknown is about somebody else's."""
        if key in self._early:
            return Done()
        self._early.add(key)
        return Requeue(2.0, "object of the event is not known yet")

    @staticmethod
    def _object(stores: Mapping[Resource, Store], resource: Resource, key: Key) -> Entry | None:
        store = stores.get(resource)
        return store.get(key) if store is not None else None
