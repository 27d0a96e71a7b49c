from __future__ import annotations

import asyncio

import pytest

from tests.sim.loop import settle
from tests.unit.sync.toy import KEY, Toy, done, play
from vcluster_contract.kinds import CONFIG_MAPS, NAMESPACES, Resource
from vcluster_syncer.kube import errors
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, Terminal
from vcluster_syncer.sync.engine import NAMESPACE_ENDS, OFF_FOR, PATROL_INTERVAL

HOST = Key("tenant", "one-x-shop-x-vc")


def test_changes_on_either_side_wake_the_virtual_key() -> None:
    async def scenario(toy: Toy) -> None:
        toy.create()
        await toy.until_seen(1)
        labels = {"vcluster.loft.sh/managed-by": "vc"}
        toy.host.create(CONFIG_MAPS, "tenant", {"metadata": {"name": HOST.name, "labels": labels}})
        await toy.until_seen(2)
        assert {key for _, key in toy.seen} == {KEY}

    play(done, scenario)


def test_existing_objects_are_looked_at_on_start() -> None:
    async def scenario(toy: Toy) -> None:
        await toy.until_seen(1)
        assert toy.seen[0][1] == KEY

    play(done, scenario, before=Toy.create)


def test_requeue_waits_as_long_as_asked() -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        return Requeue(7.0, "test") if len(toy.seen) == 1 else Done()

    async def scenario(toy: Toy) -> None:
        toy.create()
        await toy.until_seen(2)
        assert toy.gaps() == pytest.approx([7.0], abs=0.01)
        await asyncio.sleep(60)
        assert len(toy.seen) == 2

    play(script, scenario)


@pytest.mark.parametrize(
    "failure",
    [
        errors.Conflict(409, "Conflict", "newer"),
        errors.AlreadyExists(409, "AlreadyExists", "there"),
        errors.NotFound(404, "NotFound", "gone"),
        errors.Invalid(422, "Invalid", "uid", details={"causes": [{"field": "metadata.uid"}]}),
        None,
    ],
)
def test_conflicts_are_retried_at_once_and_are_no_errors(failure: Exception | None) -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        if len(toy.seen) > 1:
            return Done()
        if failure is None:
            return Conflict()
        raise failure

    async def scenario(toy: Toy) -> None:
        toy.create()
        await toy.until_seen(2)
        assert toy.gaps()[0] < 0.1
        assert toy.events.messages == []
        assert toy.instruments.conflicts.value("configmaps") == 1

    play(script, scenario)


def test_retry_after_is_honoured() -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        if len(toy.seen) == 1:
            raise errors.TooManyRequests(429, "TooManyRequests", "slow", details={"retryAfterSeconds": 5})
        return Done()

    async def scenario(toy: Toy) -> None:
        toy.create()
        await toy.until_seen(2)
        assert 5 <= toy.gaps()[0] <= 10

    play(script, scenario)


def test_an_unreachable_server_is_retried_with_growing_delays_and_without_events() -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        if len(toy.seen) < 8:
            raise errors.Unreachable("refused", sent=False)
        return Done()

    async def scenario(toy: Toy) -> None:
        toy.create()
        await toy.until_seen(8)
        assert toy.gaps()[-1] > 4 * toy.gaps()[0]
        assert toy.events.messages == []
        assert toy.instruments.errors.value("configmaps", "Unreachable") == 7

    play(script, scenario)


def test_terminal_answers_tell_the_user_and_wait_for_a_change() -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        return Terminal("rename one-x-shop-x-vc")

    async def scenario(toy: Toy) -> None:
        toy.create()
        await toy.until_seen(1)
        await asyncio.sleep(PATROL_INTERVAL / 2)
        assert len(toy.seen) == 1
        assert toy.events.messages == ["rename one"]

    play(script, scenario)


def test_an_unexpected_exception_neither_stops_the_lane_nor_loses_the_key(caplog: pytest.LogCaptureFixture) -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        if len(toy.seen) == 1:
            raise RuntimeError("bug")
        return Done()

    async def scenario(toy: Toy) -> None:
        toy.create()
        await toy.until_seen(2)

    play(script, scenario)
    assert "bug" in caplog.text


def deny_creates(toy: Toy, *, by_rbac: bool) -> None:
    """The host refuses creates of ConfigMaps, be it for lack of rights or by a policy."""

    def refuse(operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
        raise errors.Forbidden(403, "Forbidden", "no")

    if by_rbac:
        toy.host.authorizer = lambda user, verb, resource, *_: verb != "create"
    else:
        toy.host.admission.append(refuse)


async def create_on_host(toy: Toy, key: Key) -> Outcome:
    await toy.world.host.client.create(CONFIG_MAPS, "tenant", {"metadata": {"name": "x"}})
    return Done()


def test_missing_rights_turn_the_kind_off_and_on_again() -> None:
    async def scenario(toy: Toy) -> None:
        deny_creates(toy, by_rbac=True)
        for number in range(6):
            toy.create(f"more-{number}")
        toy.create()
        await settle(lambda: toy.instruments.off.value("configmaps") == 1)
        assert "not allowed to create configmaps on the host" in toy.events.messages[0]
        assert not toy.conditions.get("Syncing/configmaps")
        looks = len(toy.seen)
        toy.create("two")
        await asyncio.sleep(OFF_FOR / 2)
        assert len(toy.seen) == looks
        toy.host.authorizer = lambda *_: True
        await settle(lambda: toy.instruments.off.value("configmaps") == 0)
        await settle(lambda: len({key for _, key in toy.seen}) == 8)
        assert toy.conditions.get("Syncing/configmaps")

    play(create_on_host, scenario)


def test_a_refused_object_is_reported_and_retried_while_others_go_on() -> None:
    async def scenario(toy: Toy) -> None:
        deny_creates(toy, by_rbac=False)
        toy.create()
        await toy.until_seen(4)
        assert toy.instruments.off.value("configmaps") == 0
        assert toy.events.messages

    play(create_on_host, scenario)


@pytest.mark.parametrize("side", ["virtual", "host"])
def test_the_end_of_a_namespace_is_no_news_inside_but_on_the_host(side: str) -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        client = toy.world.virtual.client if side == "virtual" else toy.world.host.client
        await client.create(CONFIG_MAPS, "ending", {"metadata": {"name": "x"}})
        return Done()

    async def scenario(toy: Toy) -> None:
        server = toy.virtual if side == "virtual" else toy.host
        server.create(NAMESPACES, "", {"metadata": {"name": "ending", "finalizers": ["example.com/held"]}})
        server.delete(NAMESPACES, Key("", "ending"))
        toy.create()
        await toy.until_seen(3)
        assert bool(toy.events.messages) is (side == "host")
        assert (min(toy.gaps()) >= NAMESPACE_ENDS) is (side == "virtual")

    play(script, scenario)


def test_the_patrol_counts_only_differences_that_no_event_announced() -> None:
    repair = asyncio.Event()

    async def script(toy: Toy, key: Key) -> Outcome:
        if repair.is_set():
            repair.clear()
            await toy.world.host.client.create(CONFIG_MAPS, "tenant", {"metadata": {"name": "x"}})
        return Done()

    async def scenario(toy: Toy) -> None:
        repair.set()
        toy.create()
        await toy.until_seen(1)
        await asyncio.sleep(PATROL_INTERVAL * 1.5)
        assert len(toy.seen) == 2
        assert toy.instruments.repairs.value("configmaps") == 0
        toy.host.delete(CONFIG_MAPS, Key("tenant", "x"))
        repair.set()
        await toy.until_seen(3, within=PATROL_INTERVAL * 2)
        await settle(lambda: toy.instruments.repairs.value("configmaps") == 1)

    play(script, scenario)


def test_a_fight_over_a_field_is_given_up_and_reported() -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        await toy.world.virtual.client.patch(CONFIG_MAPS, key, {"data": {"a": "ours"}})
        return Done()

    async def scenario(toy: Toy) -> None:
        def change_back(operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
            if operation == "UPDATE" and resource == CONFIG_MAPS:
                new["data"] = {"a": f"theirs {len(toy.seen)}"}

        toy.virtual.admission.append(change_back)
        toy.create()
        await settle(lambda: toy.instruments.loops.value("configmaps") == 1)
        written = [call for call in toy.virtual.calls if call.verb == "patch"]
        assert len(written) == 3
        assert "data.a" in toy.events.messages[0]
        assert "ours" not in toy.events.messages[0]

    play(script, scenario)


def test_an_object_that_cannot_be_mapped_stops_neither_start_nor_others(caplog: pytest.LogCaptureFixture) -> None:
    def mapped(resource: Resource, key: Key) -> list[Key]:
        if key.name == "odd":
            raise KeyError("spec")
        return [key]

    def before(toy: Toy) -> None:
        toy.keys_for_virtual = mapped  # type: ignore[method-assign]
        toy.create("odd")
        toy.create()

    async def scenario(toy: Toy) -> None:
        await toy.until_seen(1)
        assert {key for _, key in toy.seen} == {KEY}

    play(done, scenario, before)
    assert "could not be mapped" in caplog.text


def test_a_vanishing_delay_does_not_spin() -> None:
    async def script(toy: Toy, key: Key) -> Outcome:
        return Requeue(1e-15, "test") if toy.clock.monotonic() < 10 else Done()

    async def scenario(toy: Toy) -> None:
        await asyncio.sleep(9.99)
        toy.create()
        await asyncio.sleep(1)
        assert len(toy.seen) < 20

    play(script, scenario)
