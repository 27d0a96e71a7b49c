"""What has gone wrong elsewhere, or once here, told as short stories; the numbers are those of upstream's issues."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from tests.sim.agreement import differences
from tests.sim.cluster import SYNCER, TENANT, SimCluster, found
from tests.sim.loop import settle, simulate
from tests.sim.nemesis import Menu
from tests.sim.test_syncer_storm import at_rest, patrol_repairs
from vcluster_contract import markers
from vcluster_contract.kinds import (
    CONFIG_MAPS,
    NODES,
    PERSISTENT_VOLUME_CLAIMS,
    PERSISTENT_VOLUMES,
    PODS,
    Resource,
)
from vcluster_syncer.kube.api import JSON, Key, PatchType
from vcluster_syncer.sync.fake_nodes import LINGER

BEFORE_PATROL = 400.0
POD, CONFIG, CLAIM = Key("shop", "web"), Key("shop", "cfg"), Key("shop", "data")
HOST_POD, HOST_CONFIG = Key(TENANT, "web-x-shop-x-vc"), Key(TENANT, "cfg-x-shop-x-vc")


def add_pod(cluster: SimCluster, **container: Any) -> None:
    spec = {"containers": [{"name": "app", "image": "app:1", **container}]}
    cluster.virtual.create(PODS, POD.namespace, {"metadata": {"name": POD.name}, "spec": spec})


def add_config(cluster: SimCluster) -> None:
    metadata = {"name": CONFIG.name, "annotations": {markers.FORCE_SYNC: "true"}}
    cluster.virtual.create(CONFIG_MAPS, CONFIG.namespace, {"metadata": metadata, "data": {"a": "b"}})


def add_claim(cluster: SimCluster) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    cluster.virtual.create(PERSISTENT_VOLUME_CLAIMS, "shop", {"metadata": {"name": CLAIM.name}, "spec": spec})


def phase(cluster: SimCluster) -> str:
    pod = found(cluster.virtual, PODS, POD)
    return str(pod["status"]["phase"]) if pod else ""


async def started(menu: Menu | None = None) -> SimCluster:
    cluster = SimCluster(1, menu=menu) if menu else SimCluster(1)
    cluster.start_controllers()
    cluster.start_syncer()
    await settle(lambda: not differences(cluster))
    return cluster


async def vanished_unseen() -> None:
    """A host object is made and deleted while the watch is silent and history is forgotten: it is made again."""
    cluster = await started()
    cluster.host.hang_watches()
    add_config(cluster)
    await settle(lambda: found(cluster.host, CONFIG_MAPS, HOST_CONFIG) is not None)
    cluster.host.delete(CONFIG_MAPS, HOST_CONFIG)
    cluster.host.compact()
    await settle(lambda: found(cluster.host, CONFIG_MAPS, HOST_CONFIG) is not None, within=BEFORE_PATROL)
    assert patrol_repairs(cluster) == {}
    await cluster.stop()


async def old_list() -> None:
    """One of several API servers has fallen behind when the syncer starts: what is deleted does not come back."""
    cluster = await started()
    add_config(cluster)
    await settle(lambda: found(cluster.host, CONFIG_MAPS, HOST_CONFIG) is not None)
    revision = cluster.virtual.storage.revision
    cluster.virtual.delete(CONFIG_MAPS, CONFIG)
    await settle(lambda: found(cluster.host, CONFIG_MAPS, HOST_CONFIG) is None)
    await cluster.crash_syncer()
    cluster.virtual.stale_at = revision
    before = len(cluster.host.calls)
    cluster.start_syncer()
    await asyncio.sleep(10)
    asked = {call.verb for call in cluster.host.calls[before:] if call.resource == CONFIG_MAPS}
    assert asked == {"list", "watch"}
    await cluster.stop()


async def fields_that_one_side_drops() -> None:
    """#3578: a virtual API server older than the host's stores no observedGeneration, for ever."""

    def drop(operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
        if resource == PODS:
            new.get("status", {}).pop("observedGeneration", None)

    cluster = await started()
    cluster.virtual.admission.append(drop)
    add_pod(cluster)
    await settle(lambda: phase(cluster) == "Running")
    await at_rest(cluster)
    await cluster.stop()


async def node_that_is_gone() -> None:
    """#3756: pods and node vanish from the host while the syncer is down; neither stays inside."""
    cluster = await started()
    add_pod(cluster)
    await settle(lambda: phase(cluster) == "Running")
    await cluster.crash_syncer()
    cluster.host.delete(PODS, HOST_POD, grace=0)
    cluster.start_syncer()
    await settle(lambda: found(cluster.virtual, PODS, POD) is None, within=10)
    await settle(lambda: not cluster.entries(cluster.virtual, NODES), within=LINGER + 10)
    await cluster.stop()


async def watch_that_fell_silent() -> None:
    """#1589: pods are Ready on the host and Pending inside until somebody restarts the syncer."""
    cluster = await started()
    cluster.host.hang_watches()
    add_pod(cluster)
    await settle(lambda: phase(cluster) == "Running", within=BEFORE_PATROL)
    assert patrol_repairs(cluster) == {}
    await cluster.stop()


async def host_that_changes_specs() -> None:
    """#4150: the host's admission sets resources by itself, as managed Kubernetes does; nobody tries to undo it."""

    def allot(operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
        if resource == PODS and operation == "CREATE":
            for container in new["spec"]["containers"]:
                container["resources"] = {"requests": {"cpu": "500m"}, "limits": {"cpu": "500m"}}

    cluster = await started()
    cluster.host.admission.append(allot)
    add_pod(cluster)
    await settle(lambda: phase(cluster) == "Running")
    await at_rest(cluster)
    refused = [call for call in cluster.host.calls if call.user == SYNCER and call.code >= 400 and call.verb == "patch"]
    assert refused == []
    assert cluster.events.messages == []
    await cluster.stop()


async def somebody_who_undoes_everything() -> None:
    """#3264: two writers that undo each other stop after a few rounds, and the user learns which field it is."""
    cluster = await started()

    async def undo() -> None:
        while True:
            await asyncio.sleep(0.5)
            if found(cluster.host, CONFIG_MAPS, HOST_CONFIG):
                cluster.host.patch(CONFIG_MAPS, HOST_CONFIG, {"data": {"a": "theirs"}}, PatchType.MERGE)

    writes = cluster.syncer_writes()
    add_config(cluster)
    undoing = asyncio.create_task(undo())
    await asyncio.sleep(250)
    undoing.cancel()
    assert cluster.syncer_writes() - writes < 10
    assert any(key == CONFIG and "data.a" in message for key, _, message in cluster.events.messages)
    await cluster.stop()


async def one_pod_after_another() -> None:
    """Pods that come and go quickly use the same ConfigMap, alone: each finds it on the host, and no fight is seen."""
    cluster = await started()
    cluster.virtual.create(CONFIG_MAPS, CONFIG.namespace, {"metadata": {"name": CONFIG.name}, "data": {"a": "b"}})
    for _ in range(8):
        add_pod(cluster, envFrom=[{"configMapRef": {"name": CONFIG.name}}])
        await settle(lambda: found(cluster.host, CONFIG_MAPS, HOST_CONFIG) is not None, within=5)
        cluster.virtual.delete(PODS, POD, grace=0)
        await settle(lambda: found(cluster.host, CONFIG_MAPS, HOST_CONFIG) is None, within=5)
    assert cluster.events.messages == []
    await cluster.stop()


async def host_that_makes_another_object_each_time() -> None:
    """What must be deleted to be mended, and is spoilt whenever it is made anew, is a fight like any other."""

    def spoil(operation: str, resource: Resource, new: JSON, old: JSON | None) -> None:
        if resource == CONFIG_MAPS and new["metadata"]["name"] == HOST_CONFIG.name:
            new |= {"data": {"a": "theirs"}, "immutable": True}

    cluster = await started()
    cluster.host.admission.append(spoil)
    writes = cluster.syncer_writes()
    add_config(cluster)
    await asyncio.sleep(250)
    assert cluster.syncer_writes() - writes < 10
    assert any(key == CONFIG and "data.a" in message for key, _, message in cluster.events.messages)
    await cluster.stop()


async def conflicts_everywhere() -> None:
    """#3527: conflicts are everyday life and no Event tells users of them."""
    cluster = await started(Menu(conflict=0.5))
    add_pod(cluster)
    add_config(cluster)
    await settle(lambda: phase(cluster) == "Running" and not differences(cluster))
    assert cluster.events.messages == []
    await cluster.stop()


async def volume_that_users_delete() -> None:
    """#2183: a PersistentVolume that disappears inside comes back once and is no reason for errors."""
    cluster = await started()
    add_claim(cluster)
    await settle(lambda: bool(cluster.entries(cluster.virtual, PERSISTENT_VOLUMES)) and not differences(cluster))
    (volume,) = cluster.entries(cluster.virtual, PERSISTENT_VOLUMES)
    cluster.virtual.delete(PERSISTENT_VOLUMES, volume.meta.key)
    await settle(lambda: bool(cluster.entries(cluster.virtual, PERSISTENT_VOLUMES)), within=10)
    await at_rest(cluster)
    assert cluster.events.messages == []
    await cluster.stop()


async def kind_that_is_forbidden() -> None:
    """#848: without rights on one kind the others work, and that kind follows when the rights are there."""
    cluster = SimCluster(1)
    cluster.host.authorizer = lambda _user, _verb, resource, *_: resource != PERSISTENT_VOLUME_CLAIMS
    cluster.start_controllers()
    cluster.start_syncer()
    add_claim(cluster)
    add_pod(cluster)
    await settle(lambda: phase(cluster) == "Running", within=30)
    cluster.host.authorizer = lambda *_: True
    await settle(lambda: not differences(cluster), within=120)
    await cluster.stop()


STORIES: tuple[Callable[[], Coroutine[Any, Any, None]], ...] = (
    vanished_unseen,
    old_list,
    fields_that_one_side_drops,
    node_that_is_gone,
    watch_that_fell_silent,
    host_that_changes_specs,
    somebody_who_undoes_everything,
    one_pod_after_another,
    host_that_makes_another_object_each_time,
    conflicts_everywhere,
    volume_that_users_delete,
    kind_that_is_forbidden,
)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_it_ends_well(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    simulate(story())
