"""What every syncer towards the host does alike: finding its counterpart, creating, patching and deleting safely."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from vcluster_contract import markers
from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import JSON, Entry, Key, Meta, Store
from vcluster_syncer.kube.errors import AlreadyExists, NotFound
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, Side, Terminal, World
from vcluster_syncer.sync.tally import CURRENT
from vcluster_syncer.translate.scope import Scope

HELD_AFTER: Final = 30.0
"""Seconds past its deletion after which the user who waits for a name is told which finalizers hold its host object."""


class Reverse:
    """Remembers which virtual object a host object was made from: once it has vanished it can no longer say so.

    It may also vanish before the cache ever shows it, so it is remembered from its creation on.
    """

    def __init__(self, scope: Scope, resource: Resource, store: Store) -> None:
        self._scope = scope
        self._resource = resource
        self._store = store
        self._known: dict[Key, Key] = {}
        self._waiting: dict[Key, set[Key]] = {}

    def keys(self, host: Key) -> list[Key]:
        """Virtual keys for the host object ``host``; once it has vanished also those that wait for its name."""
        entry = self._store.get(host)
        virtual = self._scope.virtual_key(self._resource, entry.meta) if entry else None
        if virtual is not None:
            self._known[host] = virtual
            return [virtual]
        concerned = self._waiting.pop(host, set())
        if host in self._known:
            concerned.add(self._known.pop(host))
        return sorted(concerned)

    def taken(self, host: Meta, key: Key) -> Terminal:
        """The answer for the virtual object ``key`` whose host name another object has; nothing is done to that."""
        self._waiting.setdefault(host.key, set()).add(key)
        return foreign(host.key, self._resource, self._scope.virtual_key(self._resource, host))

    async def create(self, world: World, body: JSON, key: Key) -> Outcome:
        """POST the host object of the virtual object ``key``; an existing object is never touched."""
        host = Key(self._scope.host_namespace, body["metadata"]["name"])
        try:
            await world.host.client.create(self._resource, host.namespace, body, field_manager=markers.FIELD_MANAGER)
        except AlreadyExists:
            return await self._occupied(world, host, key)
        self._known[host] = key
        return Done()

    async def _occupied(self, world: World, host: Key, key: Key) -> Outcome:
        try:
            found = meta_of(await world.host.client.get(self._resource, host))
        except NotFound:
            return Conflict()
        return Conflict() if self._scope.virtual_key(self._resource, found) == key else self.taken(found, key)


def excluded(meta: Meta) -> bool:
    """Whether another owner took the object away from the syncer by the ``controlled-by`` mark."""
    return bool(meta.labels.get(markers.CONTROLLED_BY) or meta.annotations.get(markers.CONTROLLED_BY))


async def delete_orphan(side: Side, resource: Resource, host: Entry | None) -> Outcome:
    """DELETE a host object without virtual one, unless its ``skip-backsync`` annotation asks to leave it."""
    if host is None or host.meta.annotations.get(markers.SKIP_BACKSYNC) == "true":
        return Done()
    return await delete(side, resource, host)


def is_ours(scope: Scope, resource: Resource, host: Entry, key: Key) -> bool:
    """Whether ``host`` was made from the virtual object ``key``."""
    return scope.virtual_key(resource, host.meta) == key


def made_from(host: Entry, virtual: Entry) -> bool:
    """Whether ``host`` was made from this very virtual object and not from an older one of the same name."""
    return host.meta.annotations.get(markers.OBJECT_UID) == virtual.meta.uid


def foreign(host: Key, resource: Resource, other: Key | None) -> Terminal:
    """The answer when the host name is taken: by the virtual object ``other``, or by an object that is not ours."""
    if other is not None:
        return Terminal(
            f"{resource.kind} {other} has the name on the host that this one would get, as names with -x- in them may: "
            f"rename one of them; this one follows when the other is gone"
        )
    return Terminal(
        f"{resource.kind} {host} on the host exists and was not made by this virtual cluster: "
        f"delete or rename it there, or rename the virtual {resource.kind}"
    )


def held(world: World, resource: Resource, host: Entry) -> Outcome:
    """The answer while ``host``, made from a former object of this name, is on its way out; it says what holds it."""
    end, holders = host.meta.deletion_timestamp, ", ".join(host.meta.finalizers)
    if end is None or not holders:
        return Done()
    left = HELD_AFTER - (world.clock.now() - datetime.fromisoformat(end)).total_seconds()
    if left > 0:
        return Requeue(left, "the host object of a former one of this name is still there")
    return Terminal(
        f"{resource.kind} {host.meta.key} on the host, made from a former {resource.kind} of this name, is held by its "
        f"finalizers ({holders}): end what they wait for or remove them there"
    )


async def patch(side: Side, resource: Resource, entry: Entry, changes: JSON, *, subresource: str = "") -> Outcome:
    """Merge patch of exactly the object in ``entry``: another UID under its name answers 409."""
    metadata = {**changes.get("metadata", {}), "uid": entry.meta.uid}
    await side.client.patch(
        resource,
        entry.meta.key,
        {**changes, "metadata": metadata},
        subresource=subresource,
        field_manager=markers.FIELD_MANAGER,
    )
    return Done()


async def delete(side: Side, resource: Resource, entry: Entry, *, unchanged: bool = False) -> Outcome:
    """DELETE exactly the object in ``entry``, with ``unchanged`` only in the version seen; an absent one is fine."""
    if entry.meta.deleting:
        return Done()
    version = entry.meta.resource_version if unchanged else ""
    try:
        await side.client.delete(resource, entry.meta.key, uid=entry.meta.uid, resource_version=version)
    except NotFound:
        return Done()
    return Done()


async def withdraw(side: Side, resource: Resource, entry: Entry) -> Outcome:
    """DELETE what nothing needs for now: to create the same again, once it is needed, is no fight with anybody."""
    tally = CURRENT.get()
    if tally is None:
        return await delete(side, resource, entry)
    tally.withdraws = True
    try:
        return await delete(side, resource, entry)
    finally:
        tally.withdraws = False


def meta_of(body: JSON) -> Meta:
    """The summary of a decoded object."""
    metadata: dict[str, Any] = body["metadata"]
    return Meta(
        key=Key(metadata.get("namespace", ""), metadata["name"]),
        uid=metadata.get("uid", ""),
        resource_version=metadata.get("resourceVersion", ""),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        owner_uids=tuple(owner["uid"] for owner in metadata.get("ownerReferences") or ()),
        deletion_timestamp=metadata.get("deletionTimestamp"),
    )
