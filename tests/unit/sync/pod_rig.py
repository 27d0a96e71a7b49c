"""The pod syncer between two servers in memory, with a kubelet and a scheduler that do what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import msgspec

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, settle, simulate
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import CATALOGUE, NAMESPACES, NODES, PODS, SERVICE_ACCOUNTS, SERVICES, Kind, Resource
from vcluster_syncer.app.sides import Clients, Sides, build
from vcluster_syncer.kube.api import JSON, Key, PatchType
from vcluster_syncer.kube.errors import ApiError
from vcluster_syncer.metrics import Registry
from vcluster_syncer.sync.api import Done, Outcome, World
from vcluster_syncer.sync.conditions import Conditions
from vcluster_syncer.sync.engine import Engine
from vcluster_syncer.sync.instruments import Instruments
from vcluster_syncer.sync.lane import Registration
from vcluster_syncer.sync.pods import PodSyncer
from vcluster_syncer.translate.scope import Scope

KEY = Key("shop", "web-0")
HOST = Key("tenant", "web-0-x-shop-x-vc")
SECRET = Key("tenant", "web-0-sa-token-x-shop-x-vc")
DNS = "kube-dns-x-kube-system-x-vc"
TOKEN_VOLUME: JSON = {
    "name": "api",
    "projected": {
        "sources": [
            {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}},
            {"configMap": {"name": "kube-root-ca.crt"}},
        ]
    },
}


class Events:
    """A recorder that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def event(self, resource: Resource, key: Key, uid: str, *, type: str, reason: str, message: str) -> None:
        self.messages.append(message)


class NodeMaker:
    """Stands for the node syncer: makes the nodes it is asked for."""

    kind: Kind = next(kind for kind in CATALOGUE if kind.resource == NODES)

    def __init__(self, world: World) -> None:
        self._world = world

    async def reconcile(self, key: Key) -> Outcome:
        if self._world.virtual.stores[NODES].get(key) is None:
            await self._world.virtual.client.create(NODES, "", {"metadata": {"name": key.name}})
        return Done()

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        return []

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        return []


class Rig:
    """Two servers that outlive the syncer, which can be stopped and started."""

    def __init__(self, config: JSON, seed: int) -> None:
        self.clock = SimClock()
        self.random = seeded(seed)
        self.host, self.virtual = FakeServer(self.clock, self.random), FakeServer(self.clock, self.random)
        self.config = msgspec.convert(config, SyncerConfig)
        self.events = Events()
        self.conditions = Conditions()
        self.instruments = Instruments(Registry())
        self.engine: Engine
        self._tasks: list[asyncio.Task[Any]] = []
        self.host.create(NAMESPACES, "", {"metadata": {"name": "tenant"}})
        self.virtual.create(NAMESPACES, "", {"metadata": {"name": "shop", "labels": {"team": "blue"}}})
        self.virtual.create(SERVICE_ACCOUNTS, "shop", {"metadata": {"name": "default"}})
        self.service = self.host.create(SERVICES, "tenant", {"metadata": {"name": "vc"}, "spec": {}})
        self.dns = self.host.create(SERVICES, "tenant", {"metadata": {"name": DNS}, "spec": {}})

    async def start(self) -> None:
        """Start the syncer with nothing remembered, and wait until it works."""
        self.engine = Engine(self.clock, self.random, self.instruments, self.conditions)
        sides = self._sides()
        pods = PodSyncer(sides.world)
        for registration in (
            Registration(name="pods", syncer=pods, host=pods.watches_host, virtual=pods.watches_virtual),
            Registration(name="nodes", syncer=NodeMaker(sides.world)),
        ):
            self.engine.add(sides.world, registration)
        for resource, cache in sides.host.items():
            cache.add_handler(self.engine.handler("host", resource))
            self._spawn(cache.run())
        for resource, cache in sides.virtual.items():
            cache.add_handler(self.engine.handler("virtual", resource))
            self._spawn(cache.run())
        self._spawn(self.engine.run(sides.world))
        await self.engine.wait_opened()

    async def stop(self) -> None:
        """Kill the syncer at once."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def _spawn(self, task: Coroutine[Any, Any, Any]) -> None:
        self._tasks.append(asyncio.create_task(task))

    def _sides(self) -> Sides:
        owner = {"apiVersion": "v1", "kind": "Service", "name": "vc", "uid": self.service["metadata"]["uid"]}
        return build(
            Clients(FakeClient(self.host), FakeClient(self.virtual)),
            Scope(vcluster="vc", host_namespace="tenant", config=self.config, owner=owner),
            engine=self.engine,
            recorder=self.events,
            instruments=self.instruments,
            conditions=self.conditions,
            clock=self.clock,
            random=self.random,
            leading=lambda: True,
        )

    def create(self, name: str = "web-0", metadata: JSON | None = None, **spec: Any) -> JSON:
        """A user creates a virtual pod."""
        body = {
            "metadata": {"name": name, **(metadata or {})},
            "spec": {"containers": [{"name": "app", "image": "nginx:1"}], **spec},
        }
        return self.virtual.create(PODS, "shop", body)

    def edit(self, changes: JSON, key: Key = KEY, **arguments: Any) -> None:
        """A user patches a virtual pod."""
        self.virtual.patch(PODS, key, changes, PatchType.MERGE, **arguments)

    def schedule(self, key: Key = HOST, node: str = "node-1") -> None:
        """The host's scheduler binds a host pod."""
        self.host.bind(key, {"target": {"name": node}})

    def report(self, key: Key = HOST, **status: Any) -> None:
        """The host's kubelet writes a status."""
        self.host.patch(PODS, key, {"status": status}, PatchType.MERGE, subresource="status")

    def remove(self, key: Key = HOST) -> None:
        """The host's kubelet has ended a pod."""
        self.host.delete(PODS, key, grace=0)

    def pod(self, key: Key = KEY) -> JSON | None:
        """The virtual pod."""
        return found(self.virtual, PODS, key)

    def host_pod(self, key: Key = HOST) -> JSON | None:
        """The host pod."""
        return found(self.host, PODS, key)

    def requests(self, server: FakeServer) -> list[str]:
        """What the syncer asked of one server, apart from list and watch."""
        return [
            f"{call.verb} {call.resource.plural}{call.subresource and '/' + call.subresource}"
            for call in server.calls
            if call.verb not in {"list", "watch"}
        ]

    async def appears(self, key: Key = HOST) -> JSON:
        """Wait for a host pod."""
        await settle(lambda: self.host_pod(key) is not None)
        result = self.host_pod(key)
        assert result is not None
        return result

    async def running(self, node: str = "node-1") -> None:
        """Wait for the host pod, let it run, and wait until the virtual pod shows it."""
        await self.appears()
        self.schedule(node=node)
        self.report(phase="Running", startTime="2030-01-01T00:00:00Z", podIP="10.1.0.3")
        await settle(lambda: self.phase() == "Running")

    def phase(self, key: Key = KEY) -> str:
        """Phase of the virtual pod; empty when it is gone."""
        pod = self.pod(key)
        return pod["status"]["phase"] if pod else ""

    async def quiet(self, seconds: float = 30.0) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)


def found(server: FakeServer, resource: Resource, key: Key) -> JSON | None:
    try:
        return server.get(resource, key)
    except ApiError:
        return None


def run(
    scenario: Callable[[Rig], Coroutine[Any, Any, None]],
    config: JSON | None = None,
    *,
    seed: int = 1,
    start: bool = True,
) -> None:
    """Play ``scenario`` in virtual time."""

    async def main() -> None:
        rig = Rig(config or {}, seed)
        if start:
            await rig.start()
        try:
            await scenario(rig)
        finally:
            await rig.stop()

    simulate(main())
