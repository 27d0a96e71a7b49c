"""Three replicas with etcd in their pods: the virtual cluster works on while the leading replica is gone."""

from __future__ import annotations

import json

import pytest

from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.vcluster import VirtualCluster

LEASE = "lease/vcluster-ha-controller"
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "made-meanwhile", "namespace": "default"},
    "spec": {"containers": [{"name": "app", "image": "busybox:1.36", "command": ["sleep", "600"]}]},
}


@pytest.fixture(scope="module")
def cluster(install: Install) -> VirtualCluster:
    return install("ha", "e2e-ha", example="high-availability.yaml")


def leader(cluster: VirtualCluster) -> str:
    return str(cluster.host_kubectl.get(LEASE)["spec"]["holderIdentity"])


def ready_replicas(cluster: VirtualCluster) -> int:
    return int(cluster.host_kubectl.get(cluster.workload)["status"].get("readyReplicas", 0))


def test_another_replica_takes_over_and_the_lost_one_returns(cluster: VirtualCluster) -> None:
    virtual, lost = cluster.kubectl(), leader(cluster)
    virtual("create", "configmap", "kept")
    cluster.host_kubectl("delete", "pod", lost, "--wait=false")
    eventually(lambda: ready_replicas(cluster) < 3, "the replica is gone")
    eventually(lambda: virtual.get("configmap/kept"), "the API answers without it")
    eventually(lambda: leader(cluster) not in {"", lost}, "another replica leads", timeout=90)
    eventually(lambda: virtual("apply", "--filename=-", stdin=json.dumps(POD).encode()), "a pod can be made")
    virtual.wait("condition=Ready", "pod/made-meanwhile")
    eventually(lambda: ready_replicas(cluster) == 3, "the replica is back", timeout=120)
    assert virtual.get("configmap/kept")


def test_nothing_of_the_replicas_stays_but_their_volumes(cluster: VirtualCluster) -> None:
    cluster.uninstall()
    kinds = "pods,services,secrets,leases,configmaps,statefulsets"
    left = "--selector=vcluster-name=ha"
    eventually(lambda: cluster.host_kubectl.names(kinds, left) == set(), "run-time objects are gone", timeout=90)
    assert cluster.host_kubectl.names("persistentvolumeclaims") == {f"data-ha-{ordinal}" for ordinal in range(3)}
