"""Virtual nodes that appear with the first pod bound to a host node and go after the last one."""

from __future__ import annotations

from typing import Final

from vcluster_contract import markers
from vcluster_contract.kinds import NODES, PODS, Direction, Kind, Resource
from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.kube.errors import AlreadyExists
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, World
from vcluster_syncer.sync.base import delete, patch
from vcluster_syncer.sync.demand import Demand
from vcluster_syncer.sync.node_services import NodeServices
from vcluster_syncer.translate import fake_nodes

LINGER: Final = 20.0
"""Seconds a node outlives its last pod, so that a rolling update does not remove and add nodes."""

KIND: Final = Kind(
    NODES,
    Direction.FROM_HOST,
    "sync.fromHost.nodes.enabled",
    lambda config: not config.from_host.nodes.enabled,
    (),
)


class FakeNodeSyncer:
    """The virtual Node and the host Service in front of its node API."""

    kind = KIND

    def __init__(self, world: World) -> None:
        self._world = world
        self._nodes = world.virtual.stores[NODES]
        self._services = NodeServices(world)
        self._demand = Demand(world)
        self._idle_since: dict[str, float] = {}

    async def reconcile(self, key: Key) -> Outcome:
        """One step for one node."""
        name = key.name
        node = self._nodes.get(key)
        if node is not None and not fake_nodes.is_fake(node.meta):
            return Done()
        if not self._demand.needed(name):
            return await self._idle(name, node) if node or self._services.find(name) else Done()
        self._idle_since.pop(name, None)
        address, outcome = await self._services.address(name)
        if outcome is not None:
            return outcome
        return await self._correct(node, address) if node else await self._create(name, address)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """Nodes of a host pod, or the node of a node Service."""
        return self._demand.host_pod(key) if resource == PODS else self._services.node_of(key)

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The node itself, or the nodes of a virtual pod."""
        return self._demand.virtual_pod(key) if resource == PODS else [key]

    def known_keys(self) -> list[Key]:
        """Nodes that pods are bound to, whether they exist or not."""
        return self._demand.nodes()

    async def _idle(self, name: str, node: Entry | None) -> Outcome:
        now = self._world.clock.monotonic()
        left = self._idle_since.setdefault(name, now) + LINGER - now
        if left > 0:
            return Requeue(left, "node without pods lingers")
        if node is not None:
            await delete(self._world.virtual, NODES, node)
        await self._services.remove(name)
        self._idle_since.pop(name, None)
        return Done()

    async def _create(self, name: str, address: str) -> Outcome:
        body = fake_nodes.fake_node(self._world.scope, name, address, self._world.clock.now())
        try:
            await self._world.virtual.client.create(NODES, "", body, field_manager=markers.FIELD_MANAGER)
        except AlreadyExists:
            return Conflict()
        return Done()

    async def _correct(self, node: Entry, address: str) -> Outcome:
        body = node.decode()
        taints = fake_nodes.taint_patch(body)
        if taints:
            return await patch(self._world.virtual, NODES, node, taints)
        status = fake_nodes.status_patch(self._world.scope, body, address)
        if status:
            return await patch(self._world.virtual, NODES, node, status, subresource="status")
        return Done()
