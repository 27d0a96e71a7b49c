from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from tests.unit.kubelet.kit import NODE, FakeClient, FakeStore, host_twin, virtual_pod, world_of
from vcluster_contract.config import FromHost, NodeSync, SyncerConfig
from vcluster_contract.kinds import PERSISTENT_VOLUME_CLAIMS, PODS
from vcluster_syncer.kube.errors import Forbidden
from vcluster_syncer.kubelet import stats
from vcluster_syncer.kubelet.answers import Refusal
from vcluster_syncer.kubelet.node import NodeInfo
from vcluster_syncer.kubelet.paths import NodeCall
from vcluster_syncer.sync.api import Side, World

CLAIM: dict[str, Any] = {"metadata": {"name": "data", "namespace": "default", "uid": "c1"}, "spec": {}}
TEXT = """\
# HELP container_cpu_usage_seconds_total Cumulative cpu time
# TYPE container_cpu_usage_seconds_total counter
container_cpu_usage_seconds_total{container="app",namespace="team",pod="web-x-default-x-vc"} 1.5 1700000000000
container_cpu_usage_seconds_total{container="injected",namespace="team",pod="web-x-default-x-vc"} 9
container_cpu_usage_seconds_total{container="app",namespace="team",pod="foreign"} 9
container_cpu_usage_seconds_total{container="app",namespace="other",pod="web-x-default-x-vc"} 9
container_cpu_usage_seconds_total{id="/kubepods/burstable"} 9
container_cpu_usage_seconds_total{id="/"} 7
kubelet_volume_stats_used_bytes{namespace="team",persistentvolumeclaim="data-x-default-x-vc"} 5
kubelet_volume_stats_used_bytes{namespace="team",persistentvolumeclaim="foreign"} 9
node_cpu_usage_seconds_total 100
prober_probe_total{namespace="team",pod="web-x-default-x-vc",pod_uid="host-uid",text="a\\"b,c"} 1
"""


@pytest.fixture
def world() -> World:
    pod = virtual_pod()
    config = SyncerConfig(from_host=FromHost(nodes=NodeSync(enabled=True)))
    world = world_of({PODS: [pod]}, {PODS: [host_twin(pod)]}, config=config)
    claims = FakeStore([host_twin(CLAIM, PERSISTENT_VOLUME_CLAIMS)])
    host = Side(client=world.host.client, stores={**world.host.stores, PERSISTENT_VOLUME_CLAIMS: claims})
    return msgspec.structs.replace(world, host=host)


def test_series_of_others_are_dropped_and_ours_renamed(world: World) -> None:
    assert stats.prometheus(world, TEXT, node_wide=False).splitlines() == [
        "# HELP container_cpu_usage_seconds_total Cumulative cpu time",
        "# TYPE container_cpu_usage_seconds_total counter",
        'container_cpu_usage_seconds_total{container="app",namespace="default",pod="web"} 1.5 1700000000000',
        'kubelet_volume_stats_used_bytes{namespace="default",persistentvolumeclaim="data"} 5',
        'prober_probe_total{namespace="default",pod="web",pod_uid="uid-default-web",text="a\\"b,c"} 1',
    ]


def test_figures_of_the_whole_node_stay_where_they_belong(world: World) -> None:
    kept = stats.prometheus(world, TEXT, node_wide=True)
    assert 'container_cpu_usage_seconds_total{id="/"} 7\n' in kept
    assert "node_cpu_usage_seconds_total 100\n" in kept
    assert "kubepods" not in kept
    assert " 9" not in kept


def test_summary_names_our_pods_only(world: World) -> None:
    def pod(name: str, namespace: str = "team") -> dict[str, Any]:
        return {
            "podRef": {"name": name, "namespace": namespace, "uid": "host-uid"},
            "containers": [{"name": "app"}, {"name": "injected"}],
            "volume": [
                {"name": "a", "pvcRef": {"name": "data-x-default-x-vc", "namespace": "team"}},
                {"name": "b", "pvcRef": {"name": "foreign", "namespace": "team"}},
                {"name": "c"},
            ],
        }

    pods = [pod("web-x-default-x-vc"), pod("foreign"), pod("web-x-default-x-vc", "other")]
    found = stats.summary(world, json.dumps({"node": {"nodeName": NODE}, "pods": pods}).encode())
    assert found == {
        "node": {"nodeName": NODE},
        "pods": [
            {
                "podRef": {"name": "web", "namespace": "default", "uid": "uid-default-web"},
                "containers": [{"name": "app"}],
                "volume": [
                    {"name": "a", "pvcRef": {"name": "data", "namespace": "default"}},
                    {"name": "b"},
                    {"name": "c"},
                ],
            }
        ],
    }


async def test_figures_come_through_the_hosts_node(world: World) -> None:
    assert isinstance(world.host.client, FakeClient)
    world.host.client.raw[f"/api/v1/nodes/{NODE}/proxy/metrics/cadvisor"] = TEXT.encode()
    reply = await NodeInfo(world).answer(NODE, NodeCall("/metrics/cadvisor"))
    assert (reply.status, b'pod="web"' in reply.body, b"foreign" in reply.body) == (200, True, False)


async def test_a_refusing_host_is_unavailable(world: World) -> None:
    assert isinstance(world.host.client, FakeClient)
    world.host.client.raw[f"/api/v1/nodes/{NODE}/proxy/metrics"] = Forbidden(403, "Forbidden", "no")
    with pytest.raises(Refusal) as caught:
        await NodeInfo(world).answer(NODE, NodeCall("/metrics"))
    assert caught.value.status == 503


async def test_without_node_sync_nobody_is_asked() -> None:
    world = world_of({}, {})
    with pytest.raises(Refusal) as caught:
        await NodeInfo(world).answer(NODE, NodeCall("/stats/summary"))
    assert (caught.value.status, "sync.fromHost.nodes.enabled" in caught.value.message) == (503, True)
    assert isinstance(world.host.client, FakeClient)
    assert world.host.client.asked == []
