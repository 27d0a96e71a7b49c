"""At most one syncer writes, whatever happens to leaders, servers and clocks."""

from __future__ import annotations

import asyncio
import contextlib
from contextvars import Context, copy_context
from datetime import timedelta
from typing import Never, TypeVar

import pytest

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import PROCESS, SimClock, SimLoop, seeded, settle, simulate
from tests.sim.nemesis import QUIET, STORMY, NemesisClient, Storm
from tests.sim.test_cache_storm import stop
from vcluster_contract.kinds import CONFIG_MAPS
from vcluster_syncer.clock import Random
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.delegate import DelegatingClient, Request, Send
from vcluster_syncer.kube.errors import ApiError, Unreachable
from vcluster_syncer.kube.fence import LIMIT, FencedClient
from vcluster_syncer.kube.lease import Elector

T = TypeVar("T")
LEASE = Key("default", "vcluster-x")


class Network(DelegatingClient):
    """Requests that have left a process go on while it is paused, as long as connections live."""

    async def _send(self, request: Request, send: Send[T]) -> T:
        async def travel() -> T:
            try:
                async with asyncio.timeout(LIMIT):
                    return await send()
            except TimeoutError:
                raise Unreachable("connection closed", sent=True) from None

        return await asyncio.create_task(travel(), context=Context())


class Syncer:
    """Tries to write all the time, with its term in every object: only the fence holds it back."""

    def __init__(self, server: FakeServer, name: str, random: Random) -> None:
        self.name = name
        self.random = random
        clock = SimClock()
        self.network = NemesisClient(FakeClient(server, name), random, STORMY)
        remote = Network(self.network)
        self.elector = Elector(remote, LEASE, name, clock, random)
        self.client = FencedClient(remote, lambda: self.elector.leading)

    async def run(self) -> Never:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.elector.run())
            group.create_task(self.write())
        raise AssertionError

    async def write(self) -> Never:
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 2.0))
            await self.write_once()

    async def write_once(self) -> None:
        metadata = {"generateName": "w-", "labels": {"epoch": str(self.elector.epoch), "by": self.name}}
        with contextlib.suppress(ApiError, Unreachable):
            await self.client.create(CONFIG_MAPS, "default", {"metadata": metadata})


def begin(syncer: Syncer) -> asyncio.Task[Never]:
    context = copy_context()
    context.run(PROCESS.set, syncer.name)
    return asyncio.create_task(syncer.run(), context=context)


async def reign(seed: int) -> tuple[FakeServer, list[Syncer]]:
    random, clock = seeded(seed), SimClock()
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimLoop)
    server = FakeServer(clock, random)
    syncers = [Syncer(server, f"syncer-{i}", random) for i in range(3)]
    tasks = [begin(syncer) for syncer in syncers]
    storm = asyncio.create_task(Storm(server, random).run())
    for _ in range(12):
        await asyncio.sleep(random.uniform(0, 100))
        victim = random.randrange(3)
        clock.jump += timedelta(hours=random.uniform(-1, 1))
        if random.random() < 0.5:
            loop.pause(syncers[victim].name)
            await asyncio.sleep(random.uniform(0, 150))
            loop.resume(syncers[victim].name)
            continue
        await stop(tasks[victim])
        await asyncio.sleep(random.uniform(0, 30))
        tasks[victim] = begin(syncers[victim])
    await stop(storm)
    for syncer in syncers:
        syncer.network.menu = QUIET
    await settle(lambda: sum(syncer.elector.leading for syncer in syncers) == 1, within=200)
    await stop(*tasks)
    return server, syncers


async def one_at_a_time(seed: int) -> None:
    """Terms of accepted writes never go back, and each term is one syncer's."""
    server, _ = await reign(seed)
    written = sorted(server.storage.entries(("", "configmaps")), key=lambda entry: int(entry.meta.resource_version))
    terms = [(int(entry.meta.labels["epoch"]), entry.meta.labels["by"]) for entry in written]
    epochs = [epoch for epoch, _ in terms]
    assert len(terms) > 20
    assert epochs == sorted(epochs)
    leaders: dict[int, set[str]] = {}
    for epoch, by in terms:
        leaders.setdefault(epoch, set()).add(by)
    assert all(len(names) == 1 for names in leaders.values()), leaders


@pytest.mark.parametrize("seed", range(30))
def test_at_most_one_writes(seed: int) -> None:
    simulate(one_at_a_time(seed))
