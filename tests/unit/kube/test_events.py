from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, simulate
from vcluster_contract.kinds import EVENTS, NODES, PODS
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.kube.events import BURST, QUEUE_LIMIT, EventRecorder


class World:
    def __init__(self) -> None:
        clock = SimClock()
        self.server = FakeServer(clock, seeded(5))
        self.recorder = EventRecorder(FakeClient(self.server), clock)
        self.task = asyncio.create_task(self.recorder.run())

    def warn(self, name: str = "web", message: str = "Host namespace is gone: create it") -> None:
        key = Key("default", name)
        self.recorder.event(PODS, key, f"uid-{name}", type="Warning", reason="SyncError", message=message)

    def events(self) -> list[JSON]:
        return [entry.decode() for entry in self.server.storage.entries(("", "events"))]


def run(story: Callable[[World], Awaitable[None]]) -> World:
    async def main() -> World:
        world = World()
        await story(world)
        await asyncio.sleep(5)
        world.task.cancel()
        await asyncio.gather(world.task, return_exceptions=True)
        return world

    return simulate(main())


def test_event_is_complete() -> None:
    async def story(world: World) -> None:
        world.warn()

    (event,) = run(story).events()
    assert event["involvedObject"] == {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": "web",
        "namespace": "default",
        "uid": "uid-web",
    }
    assert event["metadata"]["namespace"] == "default"
    assert event["metadata"]["name"].startswith("web.")
    assert (event["type"], event["reason"], event["count"]) == ("Warning", "SyncError", 1)
    assert event["firstTimestamp"] == event["lastTimestamp"] == "2030-01-01T00:00:00Z"
    assert event["source"] == {"component": "vcluster-syncer"}


def test_repetition_raises_the_count() -> None:
    async def story(world: World) -> None:
        for _ in range(3):
            world.warn()
            await asyncio.sleep(10)
        world.warn(message="something else")

    first, second = run(story).events()
    assert first["count"] == 3
    assert first["lastTimestamp"] == "2030-01-01T00:00:20Z"
    assert second["count"] == 1


def test_repetition_of_an_expired_event_makes_a_new_one() -> None:
    async def story(world: World) -> None:
        world.warn()
        await asyncio.sleep(10)
        world.server.delete(EVENTS, world.server.storage.entries(("", "events"))[0].meta.key)
        world.warn()

    (event,) = run(story).events()
    assert event["count"] == 1


def test_one_object_cannot_flood_and_earns_new_events_slowly() -> None:
    async def story(world: World) -> None:
        for i in range(100):
            world.warn(message=f"attempt {i}")
        world.warn("other")
        await asyncio.sleep(301)
        world.warn(message="later")
        world.warn(message="too much")

    world = run(story)
    messages = [event["message"] for event in world.events()]
    assert len(messages) == BURST + 2
    assert "later" in messages
    assert "too much" not in messages
    assert world.recorder.dropped == 100 - BURST + 1


def test_queue_is_bounded_while_the_server_is_away() -> None:
    async def story(world: World) -> None:
        world.server.freeze()
        for i in range(QUEUE_LIMIT + 50):
            world.warn(f"p{i}")
        world.server.thaw()

    world = run(story)
    assert world.recorder.dropped == 50
    assert len(world.events()) == QUEUE_LIMIT


def test_unwritable_event_is_dropped_and_the_next_written() -> None:
    async def story(world: World) -> None:
        world.recorder.event(PODS, Key("gone", "a"), "u", type="Normal", reason="R", message="m")
        world.warn()

    world = run(story)
    assert [event["involvedObject"]["name"] for event in world.events()] == ["web"]
    assert world.recorder.dropped == 1


def test_cluster_scoped_object_and_long_message() -> None:
    async def story(world: World) -> None:
        world.recorder.event(NODES, Key("", "n" * 253), "u", type="Normal", reason="R", message="x" * 5000)

    (event,) = run(story).events()
    assert event["metadata"]["namespace"] == "default"
    assert "namespace" not in event["involvedObject"]
    assert len(event["message"]) == 1024
    assert len(event["metadata"]["name"]) <= 253
