"""The host Service in front of each virtual node's API, whose ClusterIP is the node's address for all who dial it."""

from __future__ import annotations

from vcluster_contract import markers, names
from vcluster_contract.kinds import SERVICES
from vcluster_syncer.kube.api import Entry, Key
from vcluster_syncer.kube.errors import AlreadyExists
from vcluster_syncer.sync.api import Conflict, Outcome, Requeue, World
from vcluster_syncer.sync.base import withdraw
from vcluster_syncer.translate import fake_nodes


class NodeServices:
    """Finds, makes and removes them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._services = world.host.stores[SERVICES]
        self._nodes: dict[Key, str] = {}

    def find(self, node: str) -> Entry | None:
        """The Service of ``node``, if it is ours."""
        service = self._services.get(self._key(node))
        ours = service is not None and fake_nodes.node_of_service(self._world.scope, service.meta) == node
        return service if ours else None

    def node_of(self, service: Key) -> list[Key]:
        """The node to look at when a host Service changed or vanished."""
        entry = self._services.get(service)
        if entry is None:
            node = self._nodes.pop(service, "")
            return [Key("", node)] if node else []
        node = fake_nodes.node_of_service(self._world.scope, entry.meta)
        if not node:
            return []
        self._nodes[service] = node
        return [Key("", node)]

    async def address(self, node: str) -> tuple[str, Outcome | None]:
        """ClusterIP of the node's Service, which is made when it is missing; or why there is none yet.

        Switched off, there is none, and one from before goes.
        """
        if not self._world.scope.config.networking.proxy_kubelets_by_ip:
            await self.remove(node)
            return "", None
        service = self.find(node)
        if service is not None:
            return service.decode()["spec"].get("clusterIP", ""), None
        scope = self._world.scope
        control_plane = self._services.get(Key(scope.host_namespace, scope.vcluster))
        if control_plane is None:
            return "", Requeue(1.0, "host Service of the control plane is missing")
        body = fake_nodes.node_service(scope, node, control_plane.decode())
        # It may vanish before the cache shows it.
        self._nodes[self._key(node)] = node
        try:
            created = await self._world.host.client.create(
                SERVICES, scope.host_namespace, body, field_manager=markers.FIELD_MANAGER
            )
        except AlreadyExists:
            return "", Conflict()
        return created["spec"]["clusterIP"], None

    async def remove(self, node: str) -> None:
        """Delete the Service of a node that is no longer needed."""
        service = self.find(node)
        if service is not None:
            await withdraw(self._world.host, SERVICES, service)

    def _key(self, node: str) -> Key:
        return Key(self._world.scope.host_namespace, names.node_service(self._world.scope.vcluster, node))
