"""Storage classes: an exact mirror of the host's, when the user asks for it."""

from __future__ import annotations

from vcluster_contract import markers
from vcluster_contract.kinds import STORAGE_CLASSES, Kind, Resource
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import AlreadyExists
from vcluster_syncer.sync.api import Conflict, Done, Outcome, World
from vcluster_syncer.sync.base import delete, patch
from vcluster_syncer.translate import storage_classes


class StorageClassSyncer:
    """Writes on the virtual side alone."""

    def __init__(self, world: World, kind: Kind) -> None:
        self.kind = kind
        self._world = world
        self._host = world.host.stores[STORAGE_CLASSES]
        self._virtual = world.virtual.stores[STORAGE_CLASSES]

    async def reconcile(self, key: Key) -> Outcome:
        """Create, patch, replace or remove one class."""
        host, virtual, side = self._host.get(key), self._virtual.get(key), self._world.virtual
        if host is None:
            return await delete(side, STORAGE_CLASSES, virtual) if virtual else Done()
        desired = storage_classes.to_virtual(host.decode())
        if virtual is None:
            try:
                await side.client.create(STORAGE_CLASSES, "", desired, field_manager=markers.FIELD_MANAGER)
            except AlreadyExists:
                return Conflict()
            return Done()
        found = virtual.decode()
        if storage_classes.must_replace(desired, found):
            return await delete(side, STORAGE_CLASSES, virtual)
        changes = storage_classes.virtual_patch(desired, found)
        return await patch(side, STORAGE_CLASSES, virtual, changes) if changes else Done()

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """The class of the same name."""
        return [key]

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The class itself."""
        return [key]
