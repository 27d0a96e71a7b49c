"""Virtual nodes that appear with the first pod bound to a host node and go after the last one."""

from __future__ import annotations

from typing import Final

from vcluster_contract import markers, names
from vcluster_contract.kinds import NODES, PODS, SERVICES, Direction, Kind, Resource
from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.kube.errors import AlreadyExists
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, World
from vcluster_syncer.sync.base import delete, patch
from vcluster_syncer.sync.demand import Demand
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
        self._services = world.host.stores[SERVICES]
        self._demand = Demand()
        self._idle_since: dict[str, float] = {}

    async def reconcile(self, key: Key) -> Outcome:
        """One step for one node."""
        name = key.name
        node, service = self._nodes.get(key), self._service(name)
        if node is not None and not fake_nodes.is_fake(node.meta):
            return Done()
        if not self._demand.needed(name):
            return await self._idle(name, node, service) if node or service else Done()
        self._idle_since.pop(name, None)
        address, outcome = await self._address(name, service)
        if outcome is not None:
            return outcome
        return await self._correct(node, address) if node else await self._create(name, address)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """Nodes of a host pod, or the node of a node Service."""
        if resource == PODS:
            pod = self._world.host.stores[PODS].get(key)
            ours = pod if pod and self._world.scope.virtual_key(PODS, pod.meta) else None
            return [Key("", node) for node in self._demand.update("host", key, ours)]
        service = self._services.get(key)
        if service is not None:
            node = service.meta.labels.get(markers.NODE, "")
            return [Key("", node)] if node and fake_nodes.is_node_service(self._world.scope, service.meta, node) else []
        return [n.meta.key for n in self._nodes.entries() if self._service_key(n.meta.key.name) == key]

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The node itself, or the nodes of a virtual pod."""
        if resource == NODES:
            return [key]
        pod = self._world.virtual.stores[PODS].get(key)
        return [Key("", node) for node in self._demand.update("virtual", key, pod)]

    def known_keys(self) -> list[Key]:
        """Nodes that pods are bound to, whether they exist or not."""
        return [Key("", node) for node in self._demand.nodes()]

    async def _idle(self, name: str, node: Entry | None, service: Entry | None) -> Outcome:
        now = self._world.clock.monotonic()
        left = self._idle_since.setdefault(name, now) + LINGER - now
        if left > 0:
            return Requeue(left, "node without pods lingers")
        if node is not None:
            await delete(self._world.virtual, NODES, node)
        if service is not None:
            await delete(self._world.host, SERVICES, service)
        self._idle_since.pop(name, None)
        return Done()

    async def _address(self, name: str, service: Entry | None) -> tuple[str, Outcome | None]:
        """ClusterIP of the node's host Service, which is made when it is missing."""
        if not self._world.scope.config.networking.proxy_kubelets_by_ip:
            return "", None
        if service is not None:
            return service.decode()["spec"].get("clusterIP", ""), None
        scope = self._world.scope
        control_plane = self._services.get(Key(scope.host_namespace, scope.vcluster))
        if control_plane is None:
            return "", Requeue(1.0, "host Service of the control plane is missing")
        body = fake_nodes.node_service(scope, name, control_plane.decode())
        try:
            created = await self._world.host.client.create(
                SERVICES, scope.host_namespace, body, field_manager=markers.FIELD_MANAGER
            )
        except AlreadyExists:
            return "", Conflict()
        return created["spec"]["clusterIP"], None

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

    def _service_key(self, node: str) -> Key:
        return Key(self._world.scope.host_namespace, names.node_service(self._world.scope.vcluster, node))

    def _service(self, node: str) -> Entry | None:
        service = self._services.get(self._service_key(node))
        ours = service is not None and fake_nodes.is_node_service(self._world.scope, service.meta, node)
        return service if ours else None
