"""The pod syncer: decides from both caches which of creation, keeping or ending a pod needs."""

from __future__ import annotations

from typing import Final

from vcluster_contract import markers
from vcluster_contract.kinds import CATALOGUE, NAMESPACES, NODES, PODS, SECRETS, SERVICES, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.sync.api import Done, Outcome, Requeue, World
from vcluster_syncer.sync.base import excluded, held, is_ours, made_from
from vcluster_syncer.sync.pod_backlog import Backlog
from vcluster_syncer.sync.pod_creation import PodCreator, host_name
from vcluster_syncer.sync.pod_deletion import align, finish_virtual, remove_stale_host
from vcluster_syncer.sync.pod_inputs import API_SERVICE, DNS_SERVICE, InputSource
from vcluster_syncer.sync.pod_memory import PodMemory
from vcluster_syncer.sync.pod_running import PodKeeper, node_of
from vcluster_syncer.sync.tokens import TokenKeeper

_KIND: Final = next(kind for kind in CATALOGUE if kind.resource == PODS)


class PodSyncer:
    """Reconciles pods; see ``vcluster_syncer.sync.api.Syncer``."""

    kind = _KIND
    watches_host = (PODS, SECRETS, SERVICES)
    """Host resources whose changes must reach ``keys_for_host``."""
    watches_virtual = (PODS, NODES, NAMESPACES, SERVICES)
    """Virtual resources whose changes must reach ``keys_for_virtual``; ConfigMaps and Secrets are only read."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._virtual = world.virtual.stores[PODS]
        self._host = world.host.stores[PODS]
        self._memory = PodMemory()
        self._inputs = InputSource(world)
        self._tokens = TokenKeeper(world)
        self._creator = PodCreator(world, self._memory, self._inputs, self._tokens)
        self._keeper = PodKeeper(world, self._memory, self._inputs, self._tokens)
        self._backlog = Backlog(world.clock, world.random)
        self._namespace_labels: dict[str, dict[str, str]] = {}

    async def reconcile(self, key: Key) -> Outcome:
        """One step for the virtual pod ``key``."""
        virtual, host = self._virtual.get(key), self._host.get(self._world.scope.host_key(key))
        if host is not None and not is_ours(self._world.scope, PODS, host, key):
            return self._creator.taken(host.meta, key) if virtual is not None else Done()
        if virtual is None:
            return await self._without_virtual(key, host)
        if excluded(virtual.meta):
            self._backlog.done(key)
            return Done()
        if host is None:
            return await self._without_host(virtual)
        self._memory.saw_host(key, host)
        return await self._with_both(virtual, host)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """Pods behind a host pod or token Secret, or waiting for the ClusterIP of a host Service."""
        if resource == PODS:
            return self._for_host_pod(key)
        if resource == SECRETS:
            return self._tokens.pods_of(key)
        if resource == SERVICES and key == self._inputs.kube_service:
            return self._memory.released(API_SERVICE)
        if resource == SERVICES and key == self._inputs.dns_service:
            return self._memory.released(DNS_SERVICE)
        return []

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The pod itself, pods waiting for a node, or pods of a namespace whose labels changed."""
        if resource == PODS:
            self._line_up(key)
            return [key]
        if resource == NODES:
            return self._memory.released(node_of(key.name))
        if resource == NAMESPACES:
            return self._for_namespace(key.name)
        if resource == SERVICES:
            self._inputs.forget_service(key)
        return []

    def _for_host_pod(self, host_key: Key) -> list[Key]:
        entry = self._host.get(host_key)
        if entry is None:
            known = self._memory.virtual_key(host_key)
            waiting = self._memory.released(host_name(host_key))
            return waiting if known is None else [known, *waiting]
        key = self._world.scope.virtual_key(PODS, entry.meta)
        if key is None:
            return []
        # The final status must be known even if the pod vanishes before its turn comes.
        self._memory.saw_host(key, entry)
        return [key]

    def _line_up(self, key: Key) -> None:
        virtual = self._virtual.get(key)
        if virtual is None or self._host.get(self._world.scope.host_key(key)) is not None:
            self._backlog.done(key)
        elif not self._creator.is_unseen(virtual.meta):
            self._backlog.add(key)

    def _for_namespace(self, namespace: str) -> list[Key]:
        waiting = self._memory.released(namespace)
        labels = self._inputs.namespace_labels(namespace)
        before = self._namespace_labels.pop(namespace, None)
        if labels is None:
            return waiting
        self._namespace_labels[namespace] = labels
        if before is None or before == labels:
            return waiting
        return [entry.meta.key for entry in self._virtual.entries() if entry.meta.key.namespace == namespace]

    async def _without_virtual(self, key: Key, host: Entry | None) -> Outcome:
        if host is None:
            self._memory.forget(key, self._world.scope.host_key(key))
            return await self._tokens.remove(key)
        if host.meta.annotations.get(markers.SKIP_BACKSYNC) == "true" or excluded(host.meta):
            return Done()
        return await remove_stale_host(self._world, host)

    async def _without_host(self, virtual: Entry) -> Outcome:
        try:
            return await self._create_or_end(virtual)
        finally:
            self._backlog.done(virtual.meta.key)

    async def _create_or_end(self, virtual: Entry) -> Outcome:
        """Create the host pod, or end a virtual pod whose host pod existed once: it is never made a second time."""
        last = self._memory.last_host(virtual.meta)
        if last is not None:
            await self._copy_final_status(virtual, last)
            return await finish_virtual(self._world, virtual.meta)
        if self._creator.is_unseen(virtual.meta):
            gone = await self._creator.look_for_unseen(virtual.meta)
            return gone if isinstance(gone, Requeue) else await finish_virtual(self._world, virtual.meta)
        pod = self._memory.virtual.newest(virtual)
        inside = self._world.scope.config.virtual_scheduler
        if virtual.meta.deleting or _has_run(pod, bound_by_us=not inside):
            return await finish_virtual(self._world, virtual.meta)
        if inside and not pod["spec"].get("nodeName"):
            return Done()
        return await self._creator.create(virtual.meta, pod)

    async def _with_both(self, virtual: Entry, host: Entry) -> Outcome:
        if not made_from(host, virtual):
            outcome = await remove_stale_host(self._world, host)
            return held(self._world, PODS, host) if isinstance(outcome, Done) else outcome
        if virtual.meta.deleting or host.meta.deleting:
            return await self._ending(virtual, host)
        delay = self._backlog.delay(virtual.meta.key)
        if delay:
            return Requeue(delay, "new pods go first")
        return await self._keeper.keep(virtual, host)

    async def _ending(self, virtual: Entry, host: Entry) -> Outcome:
        """While the host pod ends its status goes first: a controller must see Succeeded or Failed."""
        if not host.meta.deleting:
            return await align(self._world, virtual.meta, host.meta)
        await self._keeper.copy_status(self._keeper.pair(virtual, host))
        return await align(self._world, virtual.meta, host.meta)

    async def _copy_final_status(self, virtual: Entry, last: Entry) -> None:
        pair = self._keeper.pair(virtual, last)
        if pair.virtual["spec"].get("nodeName") or not pair.host["spec"].get("nodeName"):
            await self._keeper.copy_status(pair)


def _has_run(pod: JSON, *, bound_by_us: bool) -> bool:
    """Whether a kubelet or a binding of ours left traces, from before a restart of ours."""
    status = pod.get("status") or {}
    scheduled = bound_by_us and any(
        item["type"] == "PodScheduled" and item["status"] == "True" for item in status.get("conditions") or ()
    )
    return bool(status.get("startTime")) or scheduled
