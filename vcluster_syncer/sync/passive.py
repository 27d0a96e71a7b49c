"""ConfigMaps and Secrets: copied to the host while something uses them, and put back when they vanish there."""

from __future__ import annotations

from typing import Protocol

from vcluster_contract import markers
from vcluster_contract.config import UsedOrAll
from vcluster_contract.kinds import PODS, Kind, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key, Meta
from vcluster_syncer.sync.api import Done, Outcome, World
from vcluster_syncer.sync.base import (
    Reverse,
    delete,
    delete_orphan,
    excluded,
    is_ours,
    made_from,
    patch,
    withdraw,
)
from vcluster_syncer.sync.references import References
from vcluster_syncer.translate.scope import Scope


class Translation(Protocol):
    """The functions of ``translate.config_maps`` and ``translate.secrets``."""

    def to_host(self, scope: Scope, virtual: JSON) -> JSON:
        """The whole host object."""
        ...

    def host_patch(self, desired: JSON, host: JSON, host_meta: Meta) -> JSON:
        """Merge patch from ``host`` to ``desired``."""
        ...

    def must_replace(self, desired: JSON, host: JSON) -> bool:
        """Whether a patch would be refused."""
        ...


class PassiveSyncer:
    """One of the two kinds."""

    def __init__(
        self, world: World, kind: Kind, switch: UsedOrAll, translation: Translation, references: References
    ) -> None:
        self.kind = kind
        self._world = world
        self._all = switch.all
        self._translation = translation
        self._references = references
        self._virtual = world.virtual.stores[kind.resource]
        self._host = world.host.stores[kind.resource]
        self._reverse = Reverse(world.scope, kind.resource, self._host)

    async def reconcile(self, key: Key) -> Outcome:
        """Create, patch, replace or remove the host copy."""
        resource, world = self.kind.resource, self._world
        virtual, host = self._virtual.get(key), self._host.get(world.scope.host_key(key))
        if host is not None and excluded(host.meta):
            return Done()
        wanted = virtual if virtual is not None and self._wanted(virtual) else None
        if host is not None and not is_ours(world.scope, resource, host, key):
            return self._reverse.taken(host.meta, key) if wanted else Done()
        if virtual is None:
            return await delete_orphan(world.host, resource, host)
        if wanted is None:
            return await withdraw(world.host, resource, host) if host else Done()
        desired = self._translation.to_host(world.scope, wanted.decode())
        if host is None:
            return await self._reverse.create(world, desired, key)
        return await self._bring_up_to_date(host, wanted, desired)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """The virtual object from which a host object was made."""
        return self._reverse.keys(key)

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The object itself, or what a changed pod began or ceased to use."""
        if resource != PODS:
            return [key]
        return [used for kind, used in self._references.changed(key) if kind == self.kind.resource]

    def _wanted(self, virtual: Entry) -> bool:
        meta = virtual.meta
        if excluded(meta):
            return False
        forced = meta.annotations.get(markers.FORCE_SYNC) == "true"
        return self._all or forced or self._references.used(self.kind.resource, meta.key)

    async def _bring_up_to_date(self, host: Entry, virtual: Entry, desired: JSON) -> Outcome:
        side, resource = self._world.host, self.kind.resource
        if host.meta.deleting or not made_from(host, virtual):
            return await delete(side, resource, host)
        found = host.decode()
        if self._translation.must_replace(desired, found):
            return await delete(side, resource, host)
        changes = self._translation.host_patch(desired, found, host.meta)
        return await patch(side, resource, host, changes) if changes else Done()
