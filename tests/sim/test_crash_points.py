"""A syncer that dies before or after any of its writes leaves nothing that its successor does not finish."""

from __future__ import annotations

import asyncio

import pytest

from tests.sim.agreement import differences
from tests.sim.cluster import SimCluster, found
from tests.sim.loop import settle, simulate
from vcluster_contract.kinds import (
    CONFIG_MAPS,
    ENDPOINTS,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SECRETS,
    SERVICES,
)
from vcluster_syncer.kube.api import JSON, Key, PatchType

POINTS = 100
"""At least as many as the story has; those beyond crash nothing and prove that the story is covered."""
TOKEN: JSON = {"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}


def setup(cluster: SimCluster) -> None:
    create = cluster.virtual.create
    create(CONFIG_MAPS, "shop", {"metadata": {"name": "cfg"}, "data": {"a": "b"}})
    create(SECRETS, "shop", {"metadata": {"name": "key"}, "data": {"a": "AA=="}})
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    create(PERSISTENT_VOLUME_CLAIMS, "shop", {"metadata": {"name": "data"}, "spec": claim})
    create(SERVICES, "shop", {"metadata": {"name": "web"}, "spec": {"selector": {"app": "x"}, "ports": [{"port": 80}]}})
    create(SERVICES, "shop", {"metadata": {"name": "ext"}, "spec": {"ports": [{"port": 80}]}})
    subsets = [{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 80, "protocol": "TCP"}]}]
    create(ENDPOINTS, "shop", {"metadata": {"name": "ext"}, "subsets": subsets})
    volumes = [
        {"name": "c", "configMap": {"name": "cfg"}},
        {"name": "s", "secret": {"secretName": "key"}},
        {"name": "d", "persistentVolumeClaim": {"claimName": "data"}},
        TOKEN,
    ]
    spec = {"containers": [{"name": "app", "image": "app:1"}], "volumes": volumes}
    create(PODS, "shop", {"metadata": {"name": "one"}, "spec": spec})


def change(cluster: SimCluster) -> None:
    patch = cluster.virtual.patch
    patch(CONFIG_MAPS, Key("shop", "cfg"), {"data": {"a": "c"}}, PatchType.MERGE)
    patch(SERVICES, Key("shop", "web"), {"spec": {"ports": [{"port": 81}]}}, PatchType.MERGE)
    grown = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    patch(PERSISTENT_VOLUME_CLAIMS, Key("shop", "data"), grown, PatchType.MERGE)


def tear_down(cluster: SimCluster) -> None:
    for resource, name in (
        (PODS, "one"),
        (PERSISTENT_VOLUME_CLAIMS, "data"),
        (SERVICES, "web"),
        (SERVICES, "ext"),
        (ENDPOINTS, "ext"),
        (CONFIG_MAPS, "cfg"),
    ):
        if found(cluster.virtual, resource, Key("shop", name)) is not None:
            cluster.virtual.delete(resource, Key("shop", name))


async def story(crash_at: int) -> int:
    """Set up, change and tear down, each until both sides agree; the answer is how many checkpoints there were."""
    cluster = SimCluster(5)
    cluster.crash_at = crash_at
    cluster.start_controllers()
    cluster.start_syncer()
    for act in (setup, change, tear_down):
        act(cluster)
        await asyncio.sleep(1)
        await settle(lambda: not differences(cluster), within=400)
    await settle(lambda: found(cluster.virtual, PODS, Key("shop", "one")) is None)
    await asyncio.sleep(60)
    assert differences(cluster) == []
    assert cluster.virtual.get(SECRETS, Key("shop", "key"))["data"] == {"a": "AA=="}
    await cluster.stop()
    return cluster.checkpoints


@pytest.mark.parametrize("point", range(1, POINTS + 1))
def test_a_crash_at_any_write_is_survived(point: int) -> None:
    simulate(story(point))


def test_every_write_of_the_story_was_a_crash_point() -> None:
    assert simulate(story(-1)) <= POINTS
