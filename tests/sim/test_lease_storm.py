"""At most one syncer writes, whatever happens to leaders, servers and clocks."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import Never

import pytest

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, settle, simulate
from tests.sim.nemesis import QUIET, STORMY, NemesisClient, Storm
from tests.sim.test_cache_storm import stop
from vcluster_contract.kinds import CONFIG_MAPS
from vcluster_syncer.clock import Random
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import ApiError, Unreachable
from vcluster_syncer.kube.fence import FencedClient
from vcluster_syncer.kube.lease import Elector

LEASE = Key("default", "vcluster-x")


class Syncer:
    """Writes as long as it believes to lead, with its term in every object."""

    def __init__(self, server: FakeServer, name: str, random: Random) -> None:
        self.name = name
        self.random = random
        clock = SimClock()
        self.network = NemesisClient(FakeClient(server, name), random, STORMY)
        self.elector = Elector(self.network, LEASE, name, clock, random)
        self.client = FencedClient(self.network, lambda: self.elector.leading)

    async def run(self) -> Never:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.elector.run())
            group.create_task(self.write())
        raise AssertionError

    async def write(self) -> Never:
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 2.0))
            if self.elector.leading:
                await self.write_once()

    async def write_once(self) -> None:
        metadata = {"generateName": "w-", "labels": {"epoch": str(self.elector.epoch), "by": self.name}}
        with contextlib.suppress(ApiError, Unreachable):
            await self.client.create(CONFIG_MAPS, "default", {"metadata": metadata})


async def reign(seed: int) -> tuple[FakeServer, list[Syncer]]:
    random, clock = seeded(seed), SimClock()
    server = FakeServer(clock, random)
    syncers = [Syncer(server, f"syncer-{i}", random) for i in range(3)]
    tasks = [asyncio.create_task(syncer.run()) for syncer in syncers]
    storm = asyncio.create_task(Storm(server, random).run())
    for _ in range(12):
        await asyncio.sleep(random.uniform(0, 100))
        victim = random.randrange(3)
        await stop(tasks[victim])
        clock.jump += timedelta(hours=random.uniform(-1, 1))
        await asyncio.sleep(random.uniform(0, 30))
        tasks[victim] = asyncio.create_task(syncers[victim].run())
    await stop(storm)
    for syncer in syncers:
        syncer.network.menu = QUIET
    await settle(lambda: sum(syncer.elector.leading for syncer in syncers) == 1, within=200)
    await stop(*tasks)
    return server, syncers


@pytest.mark.parametrize("seed", range(30))
def test_terms_of_accepted_writes_never_go_back(seed: int) -> None:
    server, _ = simulate(reign(seed))
    written = sorted(server.storage.entries(("", "configmaps")), key=lambda entry: int(entry.meta.resource_version))
    terms = [(int(entry.meta.labels["epoch"]), entry.meta.labels["by"]) for entry in written]
    epochs = [epoch for epoch, _ in terms]
    assert len(terms) > 20
    assert epochs == sorted(epochs)
    leaders: dict[int, set[str]] = {}
    for epoch, by in terms:
        leaders.setdefault(epoch, set()).add(by)
    assert all(len(names) == 1 for names in leaders.values()), leaders
