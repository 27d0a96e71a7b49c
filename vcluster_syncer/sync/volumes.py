"""Stand-in PersistentVolumes: exactly one for each volume that a virtual claim names."""

from __future__ import annotations

from typing import Final

from vcluster_contract import markers
from vcluster_contract.kinds import PERSISTENT_VOLUME_CLAIMS, PERSISTENT_VOLUMES, Direction, Kind, Resource
from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.kube.errors import AlreadyExists
from vcluster_syncer.sync.api import Conflict, Done, Outcome, World
from vcluster_syncer.sync.base import delete, patch
from vcluster_syncer.translate import volumes

BY_VOLUME: Final = "volume"
"""Index of virtual claims by ``spec.volumeName``."""

KIND: Final = Kind(
    PERSISTENT_VOLUMES,
    Direction.FROM_HOST,
    "sync.toHost.persistentVolumeClaims.enabled",
    lambda config: config.to_host.persistent_volume_claims.enabled,
    (),
)


class VolumeSyncer:
    """Works on the virtual side alone."""

    kind = KIND

    def __init__(self, world: World) -> None:
        self._world = world
        self._volumes = world.virtual.stores[PERSISTENT_VOLUMES]
        self._claims = world.virtual.stores[PERSISTENT_VOLUME_CLAIMS]
        self._named: dict[Key, str] = {}

    async def reconcile(self, key: Key) -> Outcome:
        """Create, correct or remove one volume."""
        volume = self._volumes.get(key)
        claims = self._claims.by_index(BY_VOLUME, key.name)
        if volume is not None and not volumes.is_stand_in(volume.meta):
            return Done()
        if not claims:
            return await self._remove(volume) if volume else Done()
        if volume is None:
            return await self._create(claims[0])
        return await self._correct(volume, claims[0])

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """Nothing on the host matters here."""
        return []

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The volume itself, or those that a claim names and named before."""
        if resource == PERSISTENT_VOLUMES:
            return [key]
        entry = self._claims.get(key)
        before = self._named.pop(key, "")
        now = entry.decode()["spec"].get("volumeName", "") if entry else ""
        if now:
            self._named[key] = now
        return [Key("", name) for name in {before, now} if name]

    async def _create(self, claim: Entry) -> Outcome:
        body = volumes.stand_in(claim.decode())
        try:
            await self._world.virtual.client.create(PERSISTENT_VOLUMES, "", body, field_manager=markers.FIELD_MANAGER)
        except AlreadyExists:
            return Conflict()
        return Done()

    async def _correct(self, volume: Entry, claim: Entry) -> Outcome:
        body = volume.decode()
        changes = volumes.spec_patch(claim.decode(), body)
        if changes:
            return await patch(self._world.virtual, PERSISTENT_VOLUMES, volume, changes)
        if body.get("status", {}).get("phase") != "Bound" and not volume.meta.deleting:
            return await patch(self._world.virtual, PERSISTENT_VOLUMES, volume, volumes.BOUND, subresource="status")
        return Done()

    async def _remove(self, volume: Entry) -> Outcome:
        if not volume.meta.deleting:
            return await delete(self._world.virtual, PERSISTENT_VOLUMES, volume)
        if volume.meta.finalizers:
            # The controller that lifts pv-protection waits for a phase that only a real binder sets.
            return await patch(self._world.virtual, PERSISTENT_VOLUMES, volume, {"metadata": {"finalizers": None}})
        return Done()
