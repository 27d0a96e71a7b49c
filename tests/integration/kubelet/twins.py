"""Virtual pods and their host twins made by hand, so that the node API is tested without the syncer."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import NAMESPACES, NODES, PODS, SERVICES, Resource
from vcluster_syncer.clock import Random, SystemClock
from vcluster_syncer.kube.access import Access
from vcluster_syncer.kube.api import JSON, Key, PatchType
from vcluster_syncer.kube.cache import Cache
from vcluster_syncer.kube.client import KubeClient
from vcluster_syncer.kube.errors import AlreadyExists
from vcluster_syncer.kube.http import HttpClient
from vcluster_syncer.sync.api import Side, World
from vcluster_syncer.translate import metadata
from vcluster_syncer.translate.scope import Scope

NODE = "virtual-node"
NODE_IP = "240.0.0.1"


class Twins:
    """Both API servers, caches of what the node API reads, and the pairs created through it."""

    def __init__(self, virtual: Access, host: Access, namespace: str) -> None:
        clock = SystemClock()
        self.http = HttpClient(host, clock)
        self.virtual = KubeClient.connect(virtual, clock)
        self.host = KubeClient(self.http)
        self.scope = Scope(vcluster="vc", host_namespace=namespace, config=SyncerConfig())
        self._tasks: list[asyncio.Task[Any]] = []
        self.world = World(
            scope=self.scope,
            host=self._side(self.host, {PODS: namespace, SERVICES: namespace}),
            virtual=self._side(self.virtual, {PODS: "", NODES: ""}),
            clock=clock,
            random=Random(),
            recorder=None,  # type: ignore[arg-type]
            enqueue=lambda *_: None,
        )

    def _side(self, client: KubeClient, resources: dict[Resource, str]) -> Side:
        stores = {
            resource: Cache(client, resource, SystemClock(), Random(), namespace=namespace)
            for resource, namespace in resources.items()
        }
        self._tasks += [asyncio.create_task(store.run()) for store in stores.values()]
        return Side(client=client, stores=stores)

    async def close(self) -> None:
        """Stop the caches and delete everything on the host."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.host.delete(NAMESPACES, Key("", self.scope.host_namespace))
        self.virtual.close()
        self.host.close()

    async def prepare(self) -> None:
        """The host namespace, the virtual default namespace and a virtual node."""
        for client, name in ((self.host, self.scope.host_namespace), (self.virtual, "default")):
            with suppress(AlreadyExists):
                await client.create(NAMESPACES, "", {"metadata": {"name": name}})
        await self.virtual.create(NODES, "", {"metadata": {"name": NODE}})
        status = {
            "addresses": [{"type": "InternalIP", "address": NODE_IP}, {"type": "Hostname", "address": "n.example"}],
            "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
            "conditions": [{"type": "Ready", "status": "True"}],
        }
        await self.virtual.patch(NODES, Key("", NODE), {"status": status}, PatchType.MERGE, subresource="status")

    async def run(self, name: str, spec: JSON) -> JSON:
        """Create the pair and return the virtual pod once the host's is ready and its status is copied."""
        body = {"metadata": {"name": name, "namespace": "default"}, "spec": {"nodeName": NODE, **spec}}
        virtual = await self.virtual.create(PODS, "default", body)
        twin = {"metadata": metadata.host_metadata(self.scope, PODS, virtual), "spec": spec}
        await self.host.create(PODS, self.scope.host_namespace, twin)
        status = await self._ready(self.scope.host_key(Key("default", name)))
        return await self.virtual.patch(
            PODS, Key("default", name), {"status": status}, PatchType.MERGE, subresource="status"
        )

    async def _ready(self, key: Key) -> JSON:
        async with asyncio.timeout(90):
            while True:
                status: JSON = (await self.host.get(PODS, key)).get("status", {})
                if any(c["type"] == "Ready" and c["status"] == "True" for c in status.get("conditions", ())):
                    return status
                await asyncio.sleep(0.1)
