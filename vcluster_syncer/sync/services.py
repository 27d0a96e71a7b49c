"""Services: normally made on the host first, by the admission webhook, so that both sides share one ClusterIP.

A virtual Service that the webhook never saw gets a host Service with the same addresses where these are free. Where
they are not, the virtual Service is made anew with the host's. It lies in an annotation of the host Service meanwhile.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import msgspec

from vcluster_contract import markers
from vcluster_contract.kinds import SERVICES, Kind, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.kube.errors import AlreadyExists, Invalid, NotFound
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, World
from vcluster_syncer.sync.base import Reverse, delete, excluded, is_ours, patch
from vcluster_syncer.translate import services

KUBERNETES: Final = Key("default", "kubernetes")
ORPHAN_GRACE: Final = 30.0
"""Seconds that what the webhook did on the host waits for the virtual Service, which may yet be refused."""
ADDRESS_PATIENCE: Final = 30.0
"""Seconds to wait until the address that the host gave is free inside, before the host is asked for another one."""
_ADDRESS_RETRY: Final = 2.0
_PROVISIONAL: Final = frozenset({services.RECREATE, markers.BLOCK_DELETION})
"""Annotations that end once both sides exist."""


class ServiceSyncer:
    """Virtual Services to the host, load balancer status back."""

    def __init__(self, world: World, kind: Kind) -> None:
        self.kind = kind
        self._world = world
        self._virtual = world.virtual.stores[SERVICES]
        self._host = world.host.stores[SERVICES]
        self._reverse = Reverse(world.scope, SERVICES, self._host)
        self._unfinished: dict[Key, tuple[str, JSON]] = {}
        """UID and replacement of virtual Services deleted to be made anew, lest the host one vanish with its copy."""
        self._waiting: dict[Key, float] = {}

    async def reconcile(self, key: Key) -> Outcome:
        """One step for one Service."""
        if key == KUBERNETES:
            return Done()
        scope = self._world.scope
        virtual, host = self._virtual.get(key), self._host.get(scope.host_key(key))
        if any(entry is not None and excluded(entry.meta) for entry in (virtual, host)):
            return Done()
        if host is not None and not is_ours(scope, SERVICES, host, key):
            return self._reverse.taken(host.meta, key) if virtual else Done()
        if virtual is None:
            return await self._without_virtual(key, host)
        if self._unfinished.get(key, (virtual.meta.uid, {}))[0] != virtual.meta.uid:
            del self._unfinished[key]
        if host is None:
            return Done() if virtual.meta.deleting else await self._only_virtual(key, virtual)
        return await self._both(virtual, host)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """The virtual Service from which a host Service was made."""
        return self._reverse.keys(key)

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The Service itself."""
        return [key]

    async def _only_virtual(self, key: Key, virtual: Entry) -> Outcome:
        scope, body = self._world.scope, virtual.decode()
        try:
            return await self._reverse.create(self._world, services.to_host(scope, body, allocated=True), key)
        except Invalid:
            # The address or a node port is taken or out of the host's range: let the host choose.
            return await self._reverse.create(self._world, services.to_host(scope, body, allocated=False), key)

    async def _without_virtual(self, key: Key, host: Entry | None) -> Outcome:
        if host is not None:
            return await self._only_host(key, host)
        if key not in self._unfinished:
            return Done()
        return await self._bring_back(key, None, services.unallocated(self._unfinished[key][1]))

    async def _only_host(self, key: Key, host: Entry) -> Outcome:
        stored = host.meta.annotations.get(services.RECREATE)
        if stored:
            replacement = services.recreated(msgspec.json.decode(stored), host.decode())
            return await self._bring_back(key, host, replacement)
        left = self._protected_for(host)
        if host.meta.annotations.get(markers.SKIP_BACKSYNC) == "true":
            return Done()
        if left > 0:
            return Requeue(left, "host Service waits for its virtual Service")
        return await delete(self._world.host, SERVICES, host, unchanged=True)

    def _protected_for(self, host: Entry) -> float:
        """Seconds for which the webhook's stamp still protects a host Service that the virtual one does not match."""
        stamp = host.meta.annotations.get(markers.BLOCK_DELETION)
        if not stamp:
            return 0.0
        try:
            age = (self._world.clock.now() - datetime.fromisoformat(stamp)).total_seconds()
        except (ValueError, TypeError):
            return 0.0
        return ORPHAN_GRACE - max(age, 0.0)

    async def _both(self, virtual: Entry, host: Entry) -> Outcome:
        if host.meta.deleting:
            return Done()
        ours, theirs = virtual.decode(), host.decode()
        left = self._protected_for(host)
        if left > 0 and services.behind(ours, theirs):
            return Requeue(left, "host Service waits for the change its webhook was asked about")
        if services.address_differs(ours, theirs):
            return await self._make_anew(virtual, host, ours, theirs)
        changes = services.host_patch(self._world.scope, ours, theirs, host.meta)
        for done in _PROVISIONAL & host.meta.annotations.keys():
            changes.setdefault("metadata", {}).setdefault("annotations", {})[done] = None
        if changes:
            await patch(self._world.host, SERVICES, host, changes)
        status = services.status_patch(ours, theirs)
        if status:
            await patch(self._world.virtual, SERVICES, virtual, status, subresource="status")
        return Done()

    async def _make_anew(self, virtual: Entry, host: Entry, ours: JSON, theirs: JSON) -> Outcome:
        replacement = services.recreated(ours, theirs)
        stored = _encoded(replacement)
        if host.meta.annotations.get(services.RECREATE) != stored:
            return await patch(
                self._world.host, SERVICES, host, {"metadata": {"annotations": {services.RECREATE: stored}}}
            )
        if not await self._address_is_free(replacement):
            return await self._wait_for_address(virtual.meta.key, host)
        self._waiting.pop(virtual.meta.key, None)
        self._unfinished[virtual.meta.key] = virtual.meta.uid, replacement
        await delete(self._world.virtual, SERVICES, virtual, unchanged=True)
        return await self._create_virtual(replacement)

    async def _address_is_free(self, replacement: JSON) -> bool:
        """Whether the virtual API server would accept the address: nothing is deleted before that is sure."""
        namespace = replacement["metadata"]["namespace"]
        probe = replacement | {"metadata": {"generateName": "address-probe-", "namespace": namespace}}
        try:
            await self._world.virtual.client.create(SERVICES, namespace, probe, dry_run=True)
        except Invalid:
            return False
        return True

    async def _wait_for_address(self, key: Key, host: Entry) -> Outcome:
        """Its holder may be about to move; two that want each other's never do, so one gets another from the host."""
        now = self._world.clock.monotonic()
        if now - self._waiting.setdefault(key, now) < ADDRESS_PATIENCE:
            return Requeue(_ADDRESS_RETRY, "the host's address is taken inside")
        del self._waiting[key]
        return await delete(self._world.host, SERVICES, host, unchanged=True)

    async def _bring_back(self, key: Key, host: Entry | None, replacement: JSON) -> Outcome:
        """Finish what was interrupted, unless the namespace is gone meanwhile: the Service would have gone with it."""
        try:
            return await self._create_virtual(replacement)
        except NotFound:
            self._unfinished.pop(key, None)
            return await delete(self._world.host, SERVICES, host, unchanged=True) if host is not None else Done()

    async def _create_virtual(self, body: JSON) -> Outcome:
        key = Key(body["metadata"]["namespace"], body["metadata"]["name"])
        try:
            await self._world.virtual.client.create(SERVICES, key.namespace, body, field_manager=markers.FIELD_MANAGER)
        except AlreadyExists:
            return Conflict()
        self._unfinished.pop(key, None)
        return Done()


def _encoded(body: Any) -> str:
    return msgspec.json.encode(body, order="deterministic").decode()
