"""Host nodes shown inside: all of them, those with certain labels, or those that run our pods."""

from __future__ import annotations

from vcluster_contract import markers
from vcluster_contract.kinds import NODES, PODS, SERVICES, Kind, Resource
from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.kube.errors import AlreadyExists
from vcluster_syncer.sync.api import Conflict, Done, Outcome, World
from vcluster_syncer.sync.base import patch, withdraw
from vcluster_syncer.sync.demand import Demand
from vcluster_syncer.sync.node_services import NodeServices
from vcluster_syncer.translate import real_nodes


class RealNodeSyncer:
    """The cache holds only nodes that the selector's labels admit."""

    def __init__(self, world: World, kind: Kind) -> None:
        self.kind = kind
        selector = world.scope.config.from_host.nodes.selector
        self._on_demand = not selector.all and not selector.labels
        self._world = world
        self._host = world.host.stores[NODES]
        self._virtual = world.virtual.stores[NODES]
        self._services = NodeServices(world)
        self._demand = Demand(world)

    async def reconcile(self, key: Key) -> Outcome:
        """One step for one node."""
        host, virtual = self._host.get(key), self._virtual.get(key)
        if virtual is not None and not real_nodes.is_ours(self._world.scope, virtual.meta):
            return Done()
        if host is None or (self._on_demand and not self._demand.needed(key.name)):
            return await self._remove(key.name, virtual)
        address, outcome = await self._services.address(key.name)
        if outcome is not None:
            return outcome
        return await self._correct(host, virtual, address) if virtual else await self._create(host, address)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """The node itself, nodes of a pod, or the node of a node Service."""
        if resource == PODS:
            return self._demand.host_pod(key)
        return self._services.node_of(key) if resource == SERVICES else [key]

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The node itself, or the nodes of a virtual pod."""
        return self._demand.virtual_pod(key) if resource == PODS else [key]

    async def _remove(self, name: str, virtual: Entry | None) -> Outcome:
        if virtual is not None:
            await withdraw(self._world.virtual, NODES, virtual)
        await self._services.remove(name)
        return Done()

    async def _create(self, host: Entry, address: str) -> Outcome:
        body = real_nodes.virtual_node(self._world.scope, host.decode(), address)
        try:
            await self._world.virtual.client.create(NODES, "", body, field_manager=markers.FIELD_MANAGER)
        except AlreadyExists:
            return Conflict()
        return Done()

    async def _correct(self, host: Entry, virtual: Entry, address: str) -> Outcome:
        scope, side = self._world.scope, self._world.virtual
        theirs, ours = host.decode(), virtual.decode()
        changes = real_nodes.node_patch(scope, theirs, ours, virtual.meta)
        if changes:
            # The write comes back as an event; the status follows then.
            return await patch(side, NODES, virtual, changes)
        status = real_nodes.status_patch(scope, theirs, ours, address)
        return await patch(side, NODES, virtual, status, subresource="status") if status else Done()
