from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.sim.fake_client import FakeClient
from tests.sim.fake_server import FakeServer
from tests.sim.loop import SimClock, seeded, simulate
from vcluster_contract.config import SyncerConfig
from vcluster_syncer.admission.registration import MUTATING_WEBHOOKS, NAME, keep, needed
from vcluster_syncer.bootstrap.hooks import webhook_configuration
from vcluster_syncer.kube.api import Key, PatchType
from vcluster_syncer.sync.api import Side, World
from vcluster_syncer.translate.scope import Scope

KEY = Key("", NAME)
WANTED = webhook_configuration(b"ca", NAME)


def guarded(story: Callable[[FakeServer, SimClock], Awaitable[None]]) -> FakeServer:
    """Tell ``story`` while the registration is kept; returns the server afterwards."""

    async def main() -> FakeServer:
        clock = SimClock()
        server = FakeServer(clock, seeded(1))
        side = Side(FakeClient(server), {})
        scope = Scope(vcluster="demo", host_namespace="team", config=SyncerConfig())
        world = World(scope, side, side, clock, seeded(2), None, lambda *_: None)  # type: ignore[arg-type]
        keeping = asyncio.create_task(keep(world, WANTED))
        await clock.sleep(1)
        await story(server, clock)
        keeping.cancel()
        return server

    return simulate(main())


def webhooks(server: FakeServer) -> Any:
    return server.get(MUTATING_WEBHOOKS, KEY)["webhooks"]


async def nothing(server: FakeServer, clock: SimClock) -> None:
    await clock.sleep(0)


async def deleted(server: FakeServer, clock: SimClock) -> None:
    server.delete(MUTATING_WEBHOOKS, KEY)
    await clock.sleep(5)


async def weakened(server: FakeServer, clock: SimClock) -> None:
    body = {"webhooks": [WANTED["webhooks"][0] | {"failurePolicy": "Ignore"}]}
    server.patch(MUTATING_WEBHOOKS, KEY, body, PatchType.MERGE)
    await clock.sleep(5)


@pytest.mark.parametrize("story", [nothing, deleted, weakened])
def test_the_registration_is_there_whatever_was_done_to_it(
    story: Callable[[FakeServer, SimClock], Awaitable[None]],
) -> None:
    assert webhooks(guarded(story))[0]["failurePolicy"] == "Fail"


def test_an_hour_without_change_leaves_the_object_alone() -> None:
    versions: list[str] = []

    async def hour(server: FakeServer, clock: SimClock) -> None:
        versions.append(server.get(MUTATING_WEBHOOKS, KEY)["metadata"]["resourceVersion"])
        await clock.sleep(3600)

    server = guarded(hour)
    assert server.get(MUTATING_WEBHOOKS, KEY)["metadata"]["resourceVersion"] == versions[0]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"kubernetes_version": "v1.36.3"}, False),
        ({"kubernetes_version": "v1.35.4"}, True),
        ({"kubernetes_version": "v1.36.3", "distro": "k3s"}, True),
    ],
)
def test_who_learns_of_it_through_the_api(fields: dict[str, Any], expected: bool) -> None:
    assert needed(SyncerConfig(**fields)) is expected


def test_the_reserved_suffix_is_left_to_files() -> None:
    assert not WANTED["metadata"]["name"].endswith(".static.k8s.io")
