from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, settle, simulate
from vcluster_contract.kinds import CONFIG_MAPS, NODES
from vcluster_syncer.kube import cache as cache_module
from vcluster_syncer.kube.api import Entry, Key, PatchType
from vcluster_syncer.kube.cache import Cache, is_newer
from vcluster_syncer.kube.errors import ApiError
from vcluster_syncer.kube.expecting import ExpectingClient

Seen = list[tuple[str, str]]


class World:
    """A server with one cache of its ConfigMaps, and what handlers were told."""

    def __init__(self, **options: object) -> None:
        clock = SimClock()
        self.server = FakeServer(clock, seeded(1))
        self.degraded: list[ApiError | None] = []
        self.cache = Cache(
            FakeClient(self.server),
            CONFIG_MAPS,
            clock,
            seeded(2),
            on_degraded=lambda _, error: self.degraded.append(error),
            **options,
        )
        self.seen: Seen = []
        self.cache.add_handler(self._handle)

    def _handle(self, key: Key, old: Entry | None, new: Entry | None) -> None:
        kinds = {(False, True): "added", (True, True): "changed", (True, False): "deleted", (False, False): "gone"}
        kind = kinds[old is not None, new is not None]
        self.seen.append((kind, key.name))

    def put(self, name: str, **data: str) -> None:
        key = Key("default", name)
        body = {"metadata": {"name": name, "labels": {"app": data.get("app", "none")}}, "data": data}
        if self.server.storage.get(("", "configmaps"), key) is None:
            self.server.create(CONFIG_MAPS, "default", body)
        else:
            self.server.patch(CONFIG_MAPS, key, body, PatchType.MERGE)

    def drop(self, name: str) -> None:
        self.server.delete(CONFIG_MAPS, Key("default", name))

    def names(self) -> list[str]:
        return sorted(entry.meta.key.name for entry in self.cache.entries())

    def in_step(self) -> bool:
        held = {entry.meta.key: entry.raw for entry in self.cache.entries()}
        return held == {entry.meta.key: entry.raw for entry in self.server.storage.entries(("", "configmaps"))}


def follow(story: Callable[[World], Awaitable[None]], **options: object) -> World:
    async def main() -> World:
        world = World(**options)
        task = asyncio.create_task(world.cache.run())
        await story(world)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return world

    return simulate(main())


def test_lists_in_pages_then_watches() -> None:
    async def story(world: World) -> None:
        for i in range(7):
            world.put(f"c{i}")
        assert not world.cache.synced
        await world.cache.wait_synced()
        assert len(world.cache) == 7
        world.put("c0", x="1")
        world.drop("c1")
        world.put("new")
        await settle(world.in_step)

    world = follow(story, page_size=3)
    assert world.seen[7:] == [("changed", "c0"), ("deleted", "c1"), ("added", "new")]
    assert world.cache.stats.lists == 1
    assert [call.verb for call in world.server.calls] == ["list", "list", "list", "watch"]


def test_bookmarks_keep_the_version_fresh_through_compaction() -> None:
    async def story(world: World) -> None:
        await world.cache.wait_synced()
        for _ in range(5):
            world.server.create(NODES, "", {"metadata": {"generateName": "n-"}})
        await asyncio.sleep(61)
        world.server.compact()
        world.server.drop_connections()
        await asyncio.sleep(61)
        world.put("late")
        await settle(world.in_step)

    assert follow(story).cache.stats.lists == 1


def test_expired_version_leads_to_a_list_that_shows_differences_only() -> None:
    async def story(world: World) -> None:
        for name in ("same", "changes", "goes"):
            world.put(name)
        await world.cache.wait_synced()
        world.server.stop()
        world.put("changes", x="1")
        world.drop("goes")
        world.put("comes")
        world.server.compact()
        world.server.start()
        await settle(world.in_step)

    world = follow(story)
    assert sorted(world.seen[3:]) == [("added", "comes"), ("changed", "changes"), ("deleted", "goes")]
    assert world.cache.stats.gone == 1


def test_replaced_object_is_one_change_with_another_uid() -> None:
    async def story(world: World) -> None:
        world.put("a")
        await world.cache.wait_synced()
        world.server.stop()
        world.drop("a")
        world.put("a")
        world.server.compact()
        world.server.start()
        await settle(world.in_step)

    assert follow(story).seen == [("added", "a"), ("changed", "a")]


def test_server_killed_at_any_moment_of_the_first_list() -> None:
    for moment in range(1, 60):

        async def story(world: World, moment: int = moment) -> None:
            for i in range(9):
                world.put(f"c{i}")
            await asyncio.sleep(moment * 0.0005)
            world.server.stop()
            world.put("c9")
            await asyncio.sleep(5)
            world.server.start()
            await world.cache.wait_synced()
            await settle(world.in_step)

        world = follow(story, page_size=2)
        assert [kind for kind, _ in world.seen] == ["added"] * 10


def test_backs_off_while_unreachable() -> None:
    async def story(world: World) -> None:
        await world.cache.wait_synced()
        world.server.stop()
        await asyncio.sleep(600)
        world.server.start()
        world.put("a")
        await settle(world.in_step, within=11)

    assert 60 <= follow(story).cache.stats.failures <= 130


def test_hanging_watch_is_noticed_and_replaced() -> None:
    async def story(world: World) -> None:
        await world.cache.wait_synced()
        await asyncio.sleep(1)
        world.server.hang_watches()
        world.put("a")
        await settle(world.in_step, within=2 * cache_module.IDLE_TIMEOUT)

    assert follow(story).cache.stats.hung >= 1


def test_forbidden_resource_degrades_and_recovers() -> None:
    async def story(world: World) -> None:
        world.put("a")
        world.server.authorizer = lambda *_: False
        await asyncio.sleep(300)
        assert not world.cache.synced
        assert world.cache.degraded is not None
        assert world.cache.degraded.code == 403
        world.server.authorizer = lambda *_: True
        await world.cache.wait_synced()
        assert world.cache.degraded is None

    world = follow(story)
    assert [error and error.code for error in world.degraded] == [403, None]
    assert len([call for call in world.server.calls if call.code == 403]) <= 11


def test_resource_that_is_not_served_degrades() -> None:
    async def story(world: World) -> None:
        world.server.unserved.add(("", "configmaps"))
        await asyncio.sleep(100)
        assert world.cache.degraded is not None
        assert world.cache.degraded.code == 404
        world.server.unserved.clear()
        await world.cache.wait_synced()

    follow(story)


def test_what_was_held_stays_readable_while_refused() -> None:
    async def story(world: World) -> None:
        world.put("a")
        await world.cache.wait_synced()
        world.server.authorizer = lambda *_: False
        world.server.drop_connections()
        await settle(lambda: world.cache.degraded is not None)
        assert world.names() == ["a"]
        assert world.cache.synced
        world.server.authorizer = lambda *_: True
        world.put("b")
        await settle(world.in_step)
        assert world.cache.degraded is None

    assert follow(story).cache.stats.lists == 1


def test_selector_shows_objects_leaving_it_as_deleted() -> None:
    async def story(world: World) -> None:
        world.put("in", app="web")
        world.put("out", app="db")
        await world.cache.wait_synced()
        assert world.names() == ["in"]
        world.put("in", app="db")
        world.put("out", app="web")
        await settle(lambda: world.names() == ["out"])

    assert follow(story, label_selector="app=web").seen == [("added", "in"), ("deleted", "in"), ("added", "out")]


def test_index_follows_changes() -> None:
    async def story(world: World) -> None:
        world.put("a", app="web")
        await world.cache.wait_synced()
        world.cache.add_index("app", lambda entry: [entry.meta.labels["app"]])
        assert [e.meta.key.name for e in world.cache.by_index("app", "web")] == ["a"]
        world.put("a", app="db")
        world.put("b", app="db")
        await settle(world.in_step)
        assert world.cache.by_index("app", "web") == []
        assert [e.meta.key.name for e in world.cache.by_index("app", "db")] == ["a", "b"]
        world.drop("a")
        await settle(world.in_step)
        assert [e.meta.key.name for e in world.cache.by_index("app", "db")] == ["b"]

    follow(story)


def test_failing_handler_does_not_stop_the_others() -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def story(world: World) -> None:
        world.cache._handlers.insert(0, broken)
        world.put("a")
        await world.cache.wait_synced()
        world.put("b")
        await settle(world.in_step)

    assert follow(story).seen == [("added", "a"), ("added", "b")]


def test_server_that_went_back_in_time_is_listed_again() -> None:
    async def story(world: World) -> None:
        for i in range(5):
            world.put(f"c{i}")
        await world.cache.wait_synced()
        restored = FakeServer(world.server.clock, seeded(3))
        restored.create(CONFIG_MAPS, "default", {"metadata": {"name": "old"}})
        world.server.storage, old = restored.storage, world.server.storage
        old.wake_all()
        world.server.drop_connections()
        await settle(world.in_step)

    assert follow(story).names() == ["old"]


def test_versions_compare_as_numbers() -> None:
    assert is_newer("10", "9")
    assert not is_newer("9", "10")
    assert not is_newer("9", "9")
    assert is_newer("x", "9")
    assert is_newer("5", "")


def test_object_that_lived_and_died_unseen_is_reported_gone() -> None:
    async def story(world: World) -> None:
        await world.cache.wait_synced()
        client = ExpectingClient(FakeClient(world.server), {CONFIG_MAPS: world.cache})
        await asyncio.sleep(1)
        world.server.hang_watches()
        for name in ("dies", "lives"):
            await client.create(CONFIG_MAPS, "default", {"metadata": {"name": name}})
        await client.create(CONFIG_MAPS, "default", {"metadata": {"name": "dry"}}, dry_run=True)
        world.drop("dies")
        world.server.compact()
        assert world.seen == []
        await settle(world.in_step)
        world.put("later")
        await settle(world.in_step)
        assert world.cache._expected == {}

    assert sorted(follow(story).seen) == [("added", "later"), ("added", "lives"), ("gone", "dies")]


def test_expectation_is_met_by_the_event_of_the_object() -> None:
    async def story(world: World) -> None:
        await world.cache.wait_synced()
        client = ExpectingClient(FakeClient(world.server), {CONFIG_MAPS: world.cache})
        await client.create(CONFIG_MAPS, "default", {"metadata": {"name": "a"}})
        await settle(world.in_step)
        await client.patch(CONFIG_MAPS, Key("default", "a"), {"data": {"k": "1"}})
        world.put("b")
        await settle(world.in_step)
        assert world.cache._expected == {}

    assert follow(story).seen == [("added", "a"), ("changed", "a"), ("added", "b")]
