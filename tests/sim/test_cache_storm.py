"""A cache ends equal to its server after any storm, and its handlers have seen a consistent story meanwhile."""

from __future__ import annotations

import asyncio
import itertools
from typing import Never

import pytest

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, settle, simulate
from tests.sim.nemesis import QUIET, STORMY, NemesisClient, Storm
from vcluster_contract.kinds import CONFIG_MAPS
from vcluster_syncer.clock import Random
from vcluster_syncer.kube.api import Entry, Key, PatchType
from vcluster_syncer.kube.cache import Cache

TABLE = ("", "configmaps")


class Story:
    """What handlers were told, checked at every step."""

    def __init__(self) -> None:
        self.view: dict[Key, Entry] = {}
        self.steps = 0
        self.faults: list[str] = []
        """Kept and not raised, because a cache survives its handlers."""

    def handle(self, key: Key, old: Entry | None, new: Entry | None) -> None:
        self.steps += 1
        held = self.view.get(key)
        if (held is None) != (old is None):
            self.faults.append(f"{key}: handlers lost the thread")
        if new is None:
            self.view.pop(key, None)
            return
        if held is not None and int(new.meta.resource_version) <= int(held.meta.resource_version):
            self.faults.append(f"{key} went back in time")
        self.view[key] = new


class User:
    """Changes a handful of objects at random."""

    def __init__(self, server: FakeServer, random: Random) -> None:
        self.server = server
        self.random = random
        self.serial = itertools.count()

    async def run(self) -> Never:
        while True:
            await asyncio.sleep(self.random.uniform(0.0, 2.0))
            self.act()

    def act(self) -> None:
        key = Key("default", f"c{self.random.randrange(8)}")
        data = {"n": str(next(self.serial))}
        if self.server.storage.get(TABLE, key) is None:
            self.server.create(CONFIG_MAPS, "default", {"metadata": {"name": key.name}, "data": data})
        elif self.random.random() < 0.4:
            self.server.delete(CONFIG_MAPS, key)
        else:
            self.server.patch(CONFIG_MAPS, key, {"data": data}, PatchType.MERGE)


async def weather(seed: int) -> tuple[FakeServer, Cache, Story]:
    random, clock, story = seeded(seed), SimClock(), Story()
    server = FakeServer(clock, random)
    client = NemesisClient(FakeClient(server), random, STORMY)
    cache = Cache(client, CONFIG_MAPS, clock, random, page_size=random.choice((1, 3, 500)))
    cache.add_handler(story.handle)
    cache.add_index("n", lambda entry: [entry.decode()["data"]["n"]])
    following = asyncio.create_task(cache.run())
    trouble = [
        asyncio.create_task(User(server, random).run()),
        asyncio.create_task(Storm(server, random, refusable=(CONFIG_MAPS,)).run()),
    ]
    await asyncio.sleep(400)
    await stop(*trouble)
    client.menu = QUIET

    def in_step() -> bool:
        return story.view == {entry.meta.key: entry for entry in server.storage.entries(TABLE)}

    await settle(in_step, within=400, step=1)
    await stop(following)
    return server, cache, story


async def stop(*tasks: asyncio.Task[Never]) -> None:
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results), results


@pytest.mark.parametrize("seed", range(60))
def test_cache_survives(seed: int) -> None:
    server, cache, story = simulate(weather(seed))
    assert story.steps >= 8
    assert story.faults == []
    for entry in server.storage.entries(TABLE):
        assert cache.get(entry.meta.key) == entry
        assert entry in cache.by_index("n", entry.decode()["data"]["n"])
    assert len(cache) == len(server.storage.entries(TABLE))


def test_same_seed_same_story() -> None:
    one, other = (simulate(weather(7)) for _ in range(2))
    assert one[0].calls == other[0].calls
    assert one[1].stats == other[1].stats
