"""An engine with one syncer whose answers a test scripts, between two servers in memory."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, settle, simulate
from tests.unit.sync.pod_rig import Events
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import CATALOGUE, CONFIG_MAPS, NAMESPACES, Resource
from vcluster_syncer.app.sides import Clients, build
from vcluster_syncer.kube.api import Key
from vcluster_syncer.metrics import Registry
from vcluster_syncer.sync.api import Done, Outcome, World
from vcluster_syncer.sync.conditions import Conditions
from vcluster_syncer.sync.engine import Engine
from vcluster_syncer.sync.instruments import Instruments
from vcluster_syncer.sync.lane import Registration
from vcluster_syncer.translate.scope import Scope

KEY = Key("shop", "one")
Script = Callable[["Toy", Key], Awaitable[Outcome]]


class Toy:
    """Also the syncer: ``script`` decides, ``seen`` records the keys."""

    kind = next(kind for kind in CATALOGUE if kind.resource == CONFIG_MAPS)

    def __init__(self, script: Script, more: Iterable[Registration] = ()) -> None:
        self.more = more
        self.clock = SimClock()
        self.seen: list[tuple[float, Key]] = []
        self.script = script
        self.host, self.virtual = FakeServer(self.clock, seeded(1)), FakeServer(self.clock, seeded(2))
        self.host.create(NAMESPACES, "", {"metadata": {"name": "tenant"}})
        self.virtual.create(NAMESPACES, "", {"metadata": {"name": "shop"}})
        self.events = Events()
        self.conditions = Conditions()
        self.instruments = Instruments(Registry())
        self.engine = Engine(self.clock, seeded(3), self.instruments, self.conditions)
        self.world: World
        self.tasks: list[asyncio.Task[Any]] = []

    async def reconcile(self, key: Key) -> Outcome:
        self.seen.append((self.clock.monotonic(), key))
        return await self.script(self, key)

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        return [KEY] if key.name == "one-x-shop-x-vc" else []

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        return [key] if key.namespace == "shop" else []

    async def start(self) -> None:
        sides = build(
            Clients(FakeClient(self.host), FakeClient(self.virtual)),
            Scope(vcluster="vc", host_namespace="tenant", config=SyncerConfig()),
            engine=self.engine,
            recorder=self.events,
            instruments=self.instruments,
            conditions=self.conditions,
            clock=self.clock,
            random=seeded(4),
            leading=lambda: True,
        )
        self.world = sides.world
        registration = Registration(name="configmaps", syncer=self, host=(CONFIG_MAPS,), virtual=(CONFIG_MAPS,))
        for each in (registration, *self.more):
            self.engine.add(sides.world, each)
        sides.host[CONFIG_MAPS].add_handler(self.engine.handler("host", CONFIG_MAPS))
        sides.virtual[CONFIG_MAPS].add_handler(self.engine.handler("virtual", CONFIG_MAPS))
        running = (sides.host[CONFIG_MAPS].run(), sides.virtual[CONFIG_MAPS].run(), self.engine.run(sides.world))
        self.tasks = [asyncio.create_task(task) for task in running]
        await self.engine.wait_opened()

    def create(self, name: str = "one") -> None:
        self.virtual.create(CONFIG_MAPS, "shop", {"metadata": {"name": name}})

    async def until_seen(self, times: int, within: float = 600.0) -> None:
        await settle(lambda: len(self.seen) >= times, within=within)

    def gaps(self) -> list[float]:
        times = [time for time, _ in self.seen]
        return [later - sooner for sooner, later in itertools.pairwise(times)]


async def done(_toy: Toy, _key: Key) -> Outcome:
    return Done()


def play(
    script: Script,
    scenario: Callable[[Toy], Coroutine[Any, Any, None]],
    before: Callable[[Toy], None] = lambda _: None,
    more: Iterable[Registration] = (),
) -> None:
    """Run ``scenario`` in virtual time with the engine started after ``before``."""

    async def main() -> None:
        toy = Toy(script, more)
        before(toy)
        await toy.start()
        try:
            await scenario(toy)
        finally:
            for task in toy.tasks:
                task.cancel()
            await asyncio.gather(*toy.tasks, return_exceptions=True)

    simulate(main())
