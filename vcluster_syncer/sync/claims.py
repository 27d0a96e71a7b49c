"""PersistentVolumeClaims: asked for inside, bound on the host, and never silently replaced by an empty one."""

from __future__ import annotations

from vcluster_contract.kinds import PERSISTENT_VOLUME_CLAIMS, Kind, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.sync.api import Done, Outcome, Terminal, World
from vcluster_syncer.sync.base import (
    Reverse,
    delete,
    delete_orphan,
    excluded,
    held,
    is_ours,
    made_from,
    patch,
)
from vcluster_syncer.translate import claims


class ClaimSyncer:
    """Claims to the host; binding and status back."""

    def __init__(self, world: World, kind: Kind) -> None:
        self.kind = kind
        self._world = world
        self._virtual = world.virtual.stores[PERSISTENT_VOLUME_CLAIMS]
        self._host = world.host.stores[PERSISTENT_VOLUME_CLAIMS]
        self._reverse = Reverse(world.scope, PERSISTENT_VOLUME_CLAIMS, self._host)

    async def reconcile(self, key: Key) -> Outcome:
        """One step for one claim."""
        scope = self._world.scope
        virtual, host = self._virtual.get(key), self._host.get(scope.host_key(key))
        if any(entry is not None and excluded(entry.meta) for entry in (virtual, host)):
            return Done()
        if host is not None and not is_ours(scope, self.kind.resource, host, key):
            return self._reverse.taken(host.meta, key) if virtual else Done()
        if virtual is None:
            return await delete_orphan(self._world.host, self.kind.resource, host)
        if host is None:
            return await self._only_virtual(key, virtual)
        return await self._both(virtual, host)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """The virtual claim from which a host claim was made."""
        return self._reverse.keys(key)

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The claim itself."""
        return [key]

    async def _only_virtual(self, key: Key, virtual: Entry) -> Outcome:
        if virtual.meta.deleting:
            return Done()
        body = virtual.decode()
        if body.get("status", {}).get("phase", "Pending") == "Pending":
            return await self._reverse.create(self._world, claims.to_host(self._world.scope, body), key)
        if body["status"]["phase"] != "Lost":
            await self._patch_status(virtual, {"status": claims.LOST})
        return Terminal(
            "the host claim and with it the data of this bound claim is gone: "
            "delete the claim and create it again, or restore the host claim"
        )

    async def _both(self, virtual: Entry, host: Entry) -> Outcome:
        world, resource = self._world, self.kind.resource
        former = not made_from(host, virtual)
        if former and host.meta.deleting:
            return held(world, resource, host)
        if former or virtual.meta.deleting:
            return await delete(world.host, resource, host)
        if host.meta.deleting:
            return await delete(world.virtual, resource, virtual)
        ours, theirs = virtual.decode(), host.decode()
        if claims.volume_differs(ours, theirs):
            return Terminal(
                f"the claim names volume {ours['spec']['volumeName']} but the host bound "
                f"{theirs['spec']['volumeName']}: create the claim again without spec.volumeName"
            )
        changes = claims.host_patch(claims.to_host(world.scope, ours), theirs, host.meta)
        if changes:
            await patch(world.host, resource, host, changes)
        binding = claims.binding_patch(ours, theirs)
        if binding:
            # The write comes back as an event; the status follows then.
            return await patch(world.virtual, resource, virtual, binding)
        status = claims.status_patch(ours, theirs)
        return await self._patch_status(virtual, status) if status else Done()

    async def _patch_status(self, virtual: Entry, status: JSON) -> Outcome:
        return await patch(self._world.virtual, self.kind.resource, virtual, status, subresource="status")
