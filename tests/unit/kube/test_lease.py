from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, settle, simulate
from vcluster_contract.kinds import CONFIG_MAPS, LEASES
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import Unreachable
from vcluster_syncer.kube.fence import Fenced, FencedClient
from vcluster_syncer.kube.lease import Elector, Timings

KEY = Key("default", "vcluster-test")
TIMINGS = Timings()


class Candidate:
    def __init__(self, world: World, name: str) -> None:
        self.changes: list[bool] = []
        self.server = world.server
        client = FakeClient(world.server, name)
        self.elector = Elector(
            client,
            KEY,
            name,
            world.clock,
            seeded(len(name) + ord(name[0])),
            on_change=self.changes.append,
            timings=TIMINGS,
        )
        self.client = FencedClient(client, lambda: self.elector.leading)
        self.task = asyncio.create_task(self.elector.run())

    async def stop(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class World:
    def __init__(self) -> None:
        self.clock = SimClock()
        self.server = FakeServer(self.clock, seeded(5))


def run(story: Callable[[World], Awaitable[None]]) -> World:
    async def main() -> World:
        world = World()
        await story(world)
        return world

    return simulate(main())


def writes(world: World) -> list[str]:
    return [call.verb for call in world.server.calls if call.resource == LEASES and call.changed]


def test_one_candidate_leads_and_renews_without_reading() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        start = len(world.server.calls)
        await asyncio.sleep(300)
        assert one.elector.leading
        assert one.changes == [True]
        assert {call.verb for call in world.server.calls[start:]} == {"update"}
        assert len(world.server.calls) - start <= 300 / 15 + 1
        await one.stop()

    run(story)


def test_exactly_one_of_many_leads() -> None:
    async def story(world: World) -> None:
        candidates = [Candidate(world, f"c{i}") for i in range(5)]
        for _ in range(300):
            await asyncio.sleep(1)
            assert sum(c.elector.leading for c in candidates) <= 1
        assert sum(c.elector.leading for c in candidates) == 1
        for candidate in candidates:
            await candidate.stop()

    run(story)


def test_leader_that_stops_hands_over_at_once() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        two = Candidate(world, "two")
        await asyncio.sleep(20)
        await one.stop()
        assert one.changes == [True, False]
        await settle(lambda: two.elector.leading, within=5)
        assert two.elector.epoch == 1
        await two.stop()

    run(story)


def test_leader_cut_off_is_fenced_before_another_leads() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        two = Candidate(world, "two")
        await asyncio.sleep(30)
        world.server.authorizer = lambda user, verb, resource, *_: user != "one" or resource != LEASES
        while not two.elector.leading:
            assert not (one.elector.leading and two.elector.leading)
            await asyncio.sleep(0.1)
        assert not one.elector.leading
        with pytest.raises(Fenced) as caught:
            await one.client.create(CONFIG_MAPS, "default", {"metadata": {"name": "a"}})
        assert not caught.value.sent
        await two.client.create(CONFIG_MAPS, "default", {"metadata": {"name": "a"}})
        assert await one.client.get(CONFIG_MAPS, Key("default", "a"))
        assert two.elector.epoch == 1
        await one.stop()
        await two.stop()

    run(story)


def test_paused_leader_is_fenced_by_its_own_clock() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        one.task.cancel()
        one.elector._resign = None  # a paused process runs no cleanup
        await asyncio.gather(one.task, return_exceptions=True)
        assert one.elector.leading
        await asyncio.sleep(TIMINGS.renew_deadline)
        assert not one.elector.leading
        with pytest.raises(Fenced):
            await one.client.delete(CONFIG_MAPS, Key("default", "a"))

    run(story)


def test_short_outage_does_not_change_the_leader() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        world.server.stop()
        await asyncio.sleep(15)
        world.server.start()
        await asyncio.sleep(60)
        assert one.changes == [True]
        await one.stop()

    run(story)


def test_long_outage_ends_leadership_and_it_comes_back() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        world.server.stop()
        await asyncio.sleep(120)
        assert not one.elector.leading
        world.server.start()
        await settle(lambda: one.elector.leading, within=10)
        assert one.changes == [True, False, True]
        assert one.elector.epoch == 0
        await one.stop()

    run(story)


def test_frozen_server_cannot_prolong_leadership() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        world.server.freeze()
        await asyncio.sleep(TIMINGS.renew_deadline + 1)
        assert not one.elector.leading
        world.server.thaw()
        await one.stop()

    run(story)


def test_deleted_lease_is_made_again() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        world.server.delete(LEASES, KEY)
        await asyncio.sleep(60)
        assert one.elector.leading
        assert world.server.get(LEASES, KEY)["spec"]["holderIdentity"] == "one"
        await one.stop()

    assert "create" in writes(run(story))


def test_wall_clock_jump_changes_nothing() -> None:
    async def story(world: World) -> None:
        one, two = Candidate(world, "one"), None
        await one.elector.wait_elected()
        two = Candidate(world, "two")
        await asyncio.sleep(20)
        world.clock.jump += world.clock.jump.resolution * 3_600_000_000
        await asyncio.sleep(200)
        assert one.changes == [True]
        assert two.changes == []
        await one.stop()
        await two.stop()

    run(story)


def test_write_on_its_way_is_given_up_before_another_can_lead() -> None:
    async def story(world: World) -> None:
        one = Candidate(world, "one")
        await one.elector.wait_elected()
        world.server.freeze()
        started = world.clock.monotonic()
        with pytest.raises(Unreachable) as caught:
            await one.client.create(CONFIG_MAPS, "default", {"metadata": {"name": "a"}})
        assert caught.value.sent
        assert world.clock.monotonic() - started <= TIMINGS.duration - TIMINGS.renew_deadline
        world.server.thaw()
        await one.stop()

    run(story)
