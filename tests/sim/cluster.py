"""One whole virtual cluster on virtual time: both API servers, the controllers around them, and the real syncer."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import msgspec

from tests.sim.actors import Controllers, Kubelet, every, inject_sidecar, protect_claims
from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer, table_of
from tests.sim.host_controllers import EndpointsController, Provisioner
from tests.sim.loop import SimClock, seeded
from tests.sim.nemesis import QUIET, Menu, NemesisClient
from tests.sim.witness import Witness
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import (
    ENDPOINTS,
    NAMESPACES,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SERVICE_ACCOUNTS,
    SERVICES,
    Resource,
)
from vcluster_syncer.app.registrations import registrations
from vcluster_syncer.app.sides import Clients, Sides, build
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.kube.errors import ApiError
from vcluster_syncer.metrics import Registry
from vcluster_syncer.sync.conditions import Conditions
from vcluster_syncer.sync.engine import Engine
from vcluster_syncer.sync.instruments import Instruments
from vcluster_syncer.translate.scope import Scope

TENANT = "tenant"
NAMESPACES_INSIDE = ("shop", "team-b")
SYNCER = "syncer"
TAKEN = "taken-x-"
"""Start of the names on the host that somebody else's objects have."""


class Recorded:
    """A recorder that keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[tuple[Key, str, str]] = []

    def event(self, resource: Resource, key: Key, uid: str, *, type: str, reason: str, message: str) -> None:
        self.messages.append((key, reason, message))


class SimCluster:
    """Servers and controllers live as long as the cluster; the syncer can be killed and started at any moment."""

    def __init__(self, seed: int, config: JSON | None = None, menu: Menu = QUIET) -> None:
        self.random = seeded(seed)
        self.clock = SimClock()
        self.syncer_clock = SimClock()
        self.host, self.virtual = FakeServer(self.clock, self.random), FakeServer(self.clock, self.random)
        self.config = msgspec.convert(config or {}, SyncerConfig)
        self.menu = menu
        self.events = Recorded()
        self.conditions = Conditions()
        self.registry = Registry()
        self.instruments = Instruments(self.registry)
        self.kubelet = Kubelet(self.host)
        self.witness = Witness(self.host, self.virtual, vcluster="vc", namespace=TENANT)
        self.engine: Engine
        self.sides: Sides
        self._syncer: list[asyncio.Task[Any]] = []
        self._controllers: list[asyncio.Task[Any]] = []
        self._clients: list[NemesisClient] = []
        self.checkpoints = 0
        """Moments before and after the syncer's writes so far."""
        self.crash_at = -1
        """The checkpoint at which the syncer dies, once."""
        self._reviving: asyncio.Task[None] | None = None
        self._furnish()
        self.own = self.host.create(
            SERVICES,
            TENANT,
            {
                "metadata": {"name": "vc", "labels": {"app": "vcluster"}},
                "spec": {
                    "selector": {"app": "vcluster"},
                    "ports": [{"name": "https", "port": 443, "targetPort": 8443}, {"name": "kubelet", "port": 10250}],
                },
            },
        )
        self.scope = Scope(
            vcluster="vc",
            host_namespace=TENANT,
            config=self.config,
            owner={"apiVersion": "v1", "kind": "Service", "name": "vc", "uid": self.own["metadata"]["uid"]},
        )

    def start_controllers(self) -> None:
        """Everything around the syncer."""
        claims, endpoints = (table_of(PERSISTENT_VOLUME_CLAIMS),), (table_of(SERVICES), table_of(ENDPOINTS))
        rounds = (
            every(0.1, self.host, (table_of(PODS), *claims), self.kubelet.step),
            every(0.3, self.host, (), Controllers(self.host).step),
            every(0.3, self.virtual, (), Controllers(self.virtual).step),
            every(0.2, self.host, claims, Provisioner(self.host).step),
            every(0.2, self.host, endpoints, EndpointsController(self.host).step),
        )
        self._controllers = [asyncio.create_task(one) for one in rounds]

    def start_syncer(self) -> None:
        """Start the syncer with nothing remembered."""
        self.witness.begin()
        self.engine = Engine(self.syncer_clock, self.random, self.instruments, self.conditions)
        sides = self.sides = self._sides()
        for registration in registrations(sides.world):
            self.engine.add(sides.world, registration)
        running: list[Coroutine[Any, Any, Any]] = [self.engine.run(sides.world)]
        for side, caches in (("host", sides.host), ("virtual", sides.virtual)):
            for resource, cache in caches.items():
                cache.add_handler(self.engine.handler(side, resource))  # type: ignore[arg-type]
                running.append(cache.run())
        self._syncer = [asyncio.create_task(task) for task in running]

    def calm(self) -> None:
        """No more mishaps from now on."""
        self.menu = QUIET
        for client in self._clients:
            client.menu = QUIET

    async def crash_syncer(self) -> None:
        """Kill the syncer wherever it is."""
        await _end(self._syncer)

    async def stop(self) -> None:
        """End everything; what the syncer did wrong on the way comes out now at the latest."""
        await _end(self._syncer)
        await _end(self._controllers)
        assert not self.witness.faults, "\n".join(self.witness.faults)

    def entries(self, server: FakeServer, resource: Resource) -> list[Entry]:
        """All objects of one resource."""
        return self.in_namespaces(server, resource, None)

    @staticmethod
    def in_namespaces(server: FakeServer, resource: Resource, namespaces: tuple[str, ...] | None) -> list[Entry]:
        """Objects of one resource in some namespaces, or in all."""
        found = server.storage.entries(table_of(resource))
        return [entry for entry in found if namespaces is None or entry.meta.key.namespace in namespaces]

    def syncer_writes(self) -> int:
        """How many requests of the syncer changed something or tried to.

        Each patrol asks whether a name is still taken by an object that the syncer may not see.
        """
        return sum(
            call.user == SYNCER and call.verb not in {"get", "list", "watch"} and not call.key.name.startswith(TAKEN)
            for server in (self.host, self.virtual)
            for call in server.calls
        )

    def _at(self, _where: str) -> None:
        self.checkpoints += 1
        if self.checkpoints == self.crash_at:
            self._reviving = asyncio.create_task(self._restart())
            raise asyncio.CancelledError

    async def _restart(self) -> None:
        await self.crash_syncer()
        self.start_syncer()

    def _furnish(self) -> None:
        self.host.create(NAMESPACES, "", {"metadata": {"name": TENANT}})
        for namespace in NAMESPACES_INSIDE:
            self.add_namespace(namespace)
        self.virtual.create(
            SERVICES, "kube-system", {"metadata": {"name": "kube-dns"}, "spec": {"ports": [{"port": 53}]}}
        )
        self.host.admission += [protect_claims, inject_sidecar]
        self.virtual.admission.append(protect_claims)

    def add_namespace(self, namespace: str) -> None:
        """A virtual namespace as controllers leave it."""
        self.virtual.create(NAMESPACES, "", {"metadata": {"name": namespace}})
        self.virtual.create(SERVICE_ACCOUNTS, namespace, {"metadata": {"name": "default"}})

    def _sides(self) -> Sides:
        host, virtual = (
            NemesisClient(self.witness.watched(FakeClient(server, SYNCER), side), self.random, self.menu, self._at)
            for side, server in (("host", self.host), ("virtual", self.virtual))
        )
        self._clients = [host, virtual]
        return build(
            Clients(self.witness.heard(host), self.witness.heard(virtual)),
            self.scope,
            engine=self.engine,
            recorder=self.events,
            instruments=self.instruments,
            conditions=self.conditions,
            clock=self.syncer_clock,
            random=self.random,
            leading=lambda: True,
        )


def found(server: FakeServer, resource: Resource, key: Key) -> JSON | None:
    """The object, or None."""
    try:
        return server.get(resource, key)
    except ApiError:
        return None


async def _end(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
    tasks.clear()
