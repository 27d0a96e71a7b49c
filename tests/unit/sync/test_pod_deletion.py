from __future__ import annotations

import pytest

from tests.sim.loop import settle
from tests.unit.sync.pod_rig import HOST, KEY, SECRET, TOKEN_VOLUME, Rig, found, run
from vcluster_contract.kinds import PODS, SECRETS
from vcluster_syncer.kube.api import JSON, Key, PatchType


def grace(pod: JSON) -> int | None:
    value: int | None = pod["metadata"].get("deletionGracePeriodSeconds")
    return value


def test_a_deleted_pod_ends_with_its_grace_and_then_goes() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(terminationGracePeriodSeconds=77, volumes=[TOKEN_VOLUME])
        await rig.running()
        rig.virtual.delete(PODS, KEY)
        await settle(lambda: grace(rig.host_pod()) == 77)
        await rig.quiet(20)
        assert rig.pod() is not None
        rig.report(phase="Succeeded")
        await settle(lambda: rig.phase() == "Succeeded")
        rig.remove()
        await settle(lambda: rig.pod() is None)
        await settle(lambda: found(rig.host, SECRETS, SECRET) is None)
        assert rig.requests(rig.host).count("delete pods") == 1

    run(scenario)


def test_a_shorter_grace_given_later_reaches_the_host() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.running()
        rig.virtual.delete(PODS, KEY)
        await settle(lambda: grace(rig.host_pod()) == 30)
        rig.virtual.delete(PODS, KEY, grace=3)
        await settle(lambda: grace(rig.host_pod()) == 3)

    run(scenario)


def test_a_pod_deleted_on_the_host_ends_with_the_same_grace_inside() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(metadata={"finalizers": ["batch.kubernetes.io/job-tracking"]})
        await rig.running()
        rig.host.delete(PODS, HOST, grace=11)
        await settle(lambda: grace(rig.pod()) == 11)
        rig.report(phase="Failed", reason="Evicted")
        await settle(lambda: rig.pod()["status"].get("reason") == "Evicted")
        rig.remove()
        await settle(lambda: grace(rig.pod()) == 0)
        await rig.quiet()
        assert rig.phase() == "Failed"
        assert rig.host_pod() is None
        rig.edit({"metadata": {"finalizers": None}})
        await settle(lambda: rig.pod() is None)

    run(scenario)


def test_the_last_status_is_copied_even_if_the_host_pod_vanishes_with_it() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(metadata={"finalizers": ["example.com/keep"]})
        await rig.running()
        rig.report(phase="Succeeded")
        rig.remove()
        await settle(lambda: grace(rig.pod()) == 0)
        assert rig.phase() == "Succeeded"

    run(scenario)


def test_a_pod_that_ran_is_never_made_again() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.running()
        rig.remove()
        await settle(lambda: rig.pod() is None)
        assert rig.requests(rig.host) == ["create pods"]

    run(scenario)


def test_a_pod_that_ran_and_vanished_while_nobody_looked_is_not_made_again() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.running()
        await rig.stop()
        rig.remove()
        await rig.start()
        await settle(lambda: rig.pod() is None)
        assert rig.requests(rig.host) == ["create pods"]

    run(scenario)


def test_a_pending_pod_deleted_on_the_host_ends_inside() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.appears()
        await rig.quiet(1)
        rig.host.delete(PODS, HOST)
        await settle(lambda: rig.pod() is None)

    run(scenario)


def test_a_pod_deleted_before_it_could_start_just_goes() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(dnsPolicy="Default", metadata={"finalizers": ["example.com/keep"]})
        await rig.appears()
        rig.virtual.delete(PODS, KEY)
        await settle(lambda: rig.host_pod() is None)
        rig.edit({"metadata": {"finalizers": None}})
        await settle(lambda: rig.pod() is None)

    run(scenario)


def test_a_successor_of_the_same_name_waits_until_the_stale_host_pod_is_gone() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.running()
        first = rig.host_pod()["metadata"]["uid"]
        rig.virtual.delete(PODS, KEY, grace=0)
        uid = rig.create(volumes=[TOKEN_VOLUME])["metadata"]["uid"]
        await settle(lambda: grace(rig.host_pod()) == 30)
        await rig.quiet(10)
        assert rig.host_pod()["metadata"]["uid"] == first
        rig.remove()
        await settle(lambda: rig.host_pod() is not None and rig.host_pod()["metadata"]["uid"] != first)
        assert rig.host_pod()["metadata"]["annotations"]["vcluster.loft.sh/object-uid"] == uid
        secret = found(rig.host, SECRETS, SECRET)
        assert secret["metadata"]["annotations"]["vcluster.loft.sh/object-uid"] == uid

    run(scenario)


def test_a_successor_is_told_what_holds_the_stale_host_pod() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.running()
        first = rig.host_pod()["metadata"]["uid"]
        rig.host.patch(PODS, HOST, {"metadata": {"finalizers": ["example.com/hold"]}}, PatchType.MERGE)
        rig.virtual.delete(PODS, KEY, grace=0)
        rig.remove()
        rig.create()
        await rig.quiet(20)
        assert not rig.events.messages
        await settle(lambda: rig.events.messages, within=60)
        assert "held by its finalizers (example.com/hold)" in rig.events.messages[0]
        rig.host.patch(PODS, HOST, {"metadata": {"finalizers": None}}, PatchType.MERGE)
        await settle(lambda: rig.host_pod() is not None and rig.host_pod()["metadata"]["uid"] != first)

    run(scenario)


def test_a_pod_removed_by_force_on_a_dead_node_makes_room_for_its_successor() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(terminationGracePeriodSeconds=5)
        await rig.running()
        first = rig.host_pod()["metadata"]["uid"]
        rig.virtual.delete(PODS, KEY, grace=0)
        rig.create()
        await settle(lambda: rig.host_pod() is not None and rig.host_pod()["metadata"]["uid"] != first, within=60)

    run(scenario)


def test_host_pods_without_a_virtual_pod_are_removed_and_no_others() -> None:
    async def scenario(rig: Rig) -> None:
        await rig.start()
        rig.create()
        rig.create("other")
        await rig.appears()
        await rig.appears(Key("tenant", "other-x-shop-x-vc"))
        rig.host.create(PODS, "tenant", {"metadata": {"name": "neighbour"}, "spec": {"containers": []}})
        await rig.stop()
        rig.virtual.delete(PODS, KEY)
        await rig.start()
        await settle(lambda: rig.host_pod() is None)
        await rig.quiet()
        assert rig.host_pod(Key("tenant", "other-x-shop-x-vc")) is not None
        assert rig.host_pod(Key("tenant", "neighbour")) is not None

    run(scenario, start=False)


def test_a_copy_of_a_host_pod_is_not_taken_for_ours() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        metadata = dict((await rig.appears())["metadata"], name="copy")
        for field in ("uid", "resourceVersion", "creationTimestamp", "generation"):
            metadata.pop(field)
        rig.host.create(PODS, "tenant", {"metadata": metadata, "spec": {"containers": []}})
        rig.virtual.delete(PODS, KEY)
        await settle(lambda: rig.host_pod() is None)
        await rig.quiet()
        assert rig.host_pod(Key("tenant", "copy")) is not None

    run(scenario)


@pytest.mark.parametrize("seed", range(5))
def test_deletion_survives_a_kill_at_any_moment(seed: int) -> None:
    async def scenario(rig: Rig) -> None:
        rig.create(volumes=[TOKEN_VOLUME])
        await rig.running()
        rig.virtual.delete(PODS, KEY)
        await rig.quiet(rig.random.uniform(0, 0.02))
        await rig.stop()
        await rig.start()
        await settle(lambda: grace(rig.host_pod()) == 30)
        rig.remove()
        await rig.quiet(rig.random.uniform(0, 0.02))
        await rig.stop()
        await rig.start()
        await settle(lambda: rig.pod() is None and found(rig.host, SECRETS, SECRET) is None)

    run(scenario, seed=seed)


def test_a_host_server_that_is_down_loses_no_deletion() -> None:
    async def scenario(rig: Rig) -> None:
        rig.create()
        await rig.running()
        rig.host.stop()
        rig.virtual.delete(PODS, KEY)
        await rig.quiet(30)
        rig.host.start()
        await settle(lambda: grace(rig.host_pod()) == 30)

    run(scenario)
