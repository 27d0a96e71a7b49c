"""Two objects whose names give one host name: the first is never touched, the second follows when it is gone."""

from __future__ import annotations

import pytest

from tests.sim.cluster import TENANT, SimCluster, found
from tests.sim.loop import settle, simulate
from vcluster_contract import markers
from vcluster_contract.kinds import (
    CONFIG_MAPS,
    NAMESPACES,
    PERSISTENT_VOLUME_CLAIMS,
    PODS,
    SECRETS,
    SERVICE_ACCOUNTS,
    SERVICES,
    Resource,
)
from vcluster_syncer.kube.api import JSON, Key

FIRST, SECOND = Key("b-x-shop", "a"), Key("shop", "a-x-b")
HOST = Key(TENANT, "a-x-b-x-shop-x-vc")
PATROL_IS_FAR = 120.0
FORCED: JSON = {"metadata": {"annotations": {markers.FORCE_SYNC: "true"}}}
TOKEN: JSON = {"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}]}}
BODIES: dict[Resource, JSON] = {
    CONFIG_MAPS: FORCED,
    SECRETS: FORCED,
    SERVICES: {"spec": {"ports": [{"port": 80}]}},
    PERSISTENT_VOLUME_CLAIMS: {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {}}}},
    PODS: {"spec": {"containers": [{"name": "app", "image": "app:1"}], "volumes": [TOKEN]}},
}


def create(cluster: SimCluster, resource: Resource, key: Key) -> None:
    body = BODIES[resource]
    metadata = {**body.get("metadata", {}), "name": key.name}
    cluster.virtual.create(resource, key.namespace, {**body, "metadata": metadata})


def on_host(cluster: SimCluster, resource: Resource, key: Key) -> bool:
    """Whether the host object was made from the virtual one."""
    host, virtual = found(cluster.host, resource, HOST), found(cluster.virtual, resource, key)
    if host is None or virtual is None:
        return False
    return bool(host["metadata"]["annotations"][markers.OBJECT_UID] == virtual["metadata"]["uid"])


async def story(resource: Resource) -> None:
    cluster = SimCluster(1)
    cluster.virtual.create(NAMESPACES, "", {"metadata": {"name": FIRST.namespace}})
    cluster.virtual.create(SERVICE_ACCOUNTS, FIRST.namespace, {"metadata": {"name": "default"}})
    cluster.start_controllers()
    cluster.start_syncer()
    create(cluster, resource, FIRST)
    await settle(lambda: on_host(cluster, resource, FIRST))
    uid = cluster.host.get(resource, HOST)["metadata"]["uid"]
    create(cluster, resource, SECOND)
    await settle(lambda: any(key == SECOND for key, _, _ in cluster.events.messages))
    assert f"{resource.kind} {FIRST} has the name on the host" in cluster.events.messages[-1][2]
    assert cluster.host.get(resource, HOST)["metadata"]["uid"] == uid
    cluster.virtual.delete(resource, FIRST)
    await settle(lambda: on_host(cluster, resource, SECOND), within=PATROL_IS_FAR)
    assert found(cluster.virtual, resource, FIRST) is None
    await cluster.stop()


@pytest.mark.parametrize("resource", BODIES, ids=lambda resource: resource.plural)
def test_the_second_follows_when_the_first_is_gone(resource: Resource) -> None:
    simulate(story(resource))
