"""Choices beside the default, installed and used: other stores keep what they are given, a scheduler inside decides."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.host import ROOT, HostCluster
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.objects import sleeper
from tests.e2e.harness.postgres import ensure_image
from tests.e2e.harness.vcluster import VirtualCluster

LABEL = "example.com/inside"


class Store(NamedTuple):
    """A virtual cluster and the host Pod that keeps its objects."""

    cluster: VirtualCluster
    pod: str


@pytest.fixture(scope="module", params=["deployed-etcd", "postgres"])
def store(install: Install, host: HostCluster, request: pytest.FixtureRequest) -> Store:
    if request.param == "deployed-etcd":
        return Store(install("etcd", "e2e-etcd", example="deployed-etcd.yaml"), "etcd-etcd-0")
    if host.devhost is not None:
        ensure_image(host.devhost)
    host.kubectl("create", "namespace", "e2e-postgres")
    database = host.kubectl.within("e2e-postgres")
    database("apply", f"--filename={ROOT / 'examples' / 'host' / 'postgres.yaml'}")
    database.ready("statefulset/postgres")
    return Store(install("sql", "e2e-postgres", example="postgres.yaml"), "postgres-0")


def pod_identities(kubectl: Kubectl) -> set[tuple[str, int]]:
    return {
        (pod["metadata"]["uid"], pod["status"]["containerStatuses"][0]["restartCount"])
        for pod in kubectl.items("pods", "--selector=app=web")
    }


def test_a_store_keeps_everything_through_restarts_of_both_halves(store: Store) -> None:
    cluster, kubectl = store.cluster, store.cluster.kubectl()
    kubectl("create", "deployment", "web", "--image=busybox:1.36", "--replicas=2", "--", "sleep", "infinity")
    kubectl.ready("deployment/web")
    before = pod_identities(kubectl)
    for half, lost in (("control-plane", cluster.pod), ("store", store.pod)):
        kubectl("create", "configmap", f"before-{half}")
        cluster.host_kubectl("delete", "pod", lost)
        cluster.ready()
        eventually(lambda name=half: kubectl.get(f"configmap/before-{name}"), "what was stored is there")
    eventually(lambda: kubectl("scale", "deployment/web", "--replicas=3"), "changes are taken")
    kubectl.ready("deployment/web")
    assert before < pod_identities(kubectl)


@pytest.fixture(scope="module")
def scheduling(install: Install) -> VirtualCluster:
    return install("decides", "e2e-scheduler", example="virtual-scheduler.yaml")


def test_a_scheduler_inside_goes_by_what_users_say_of_nodes(scheduling: VirtualCluster) -> None:
    kubectl = scheduling.kubectl()
    node = eventually(lambda: next(iter(kubectl.names("nodes")), ""), "a node is shown")
    eventually(lambda: kubectl.apply(sleeper("picky", nodeSelector={LABEL: "yes"})) or True, "the account is there")
    kubectl.wait("jsonpath={.status.conditions[?(@.type=='PodScheduled')].reason}=Unschedulable", "pod/picky")
    assert scheduling.translated("picky") not in scheduling.host_kubectl.names("pods"), "nothing is on the host yet"
    kubectl("label", "node", node, f"{LABEL}=yes")
    kubectl.wait("condition=Ready", "pod/picky")
    assert kubectl.get("pod/picky")["spec"]["nodeName"] == node
    assert LABEL not in scheduling.host.kubectl.get(f"node/{node}")["metadata"]["labels"]
    told = kubectl("events", "--for=pod/picky")
    assert "FailedScheduling" in told
    assert told.count("Successfully assigned default/picky") == 1


def test_a_taint_of_users_keeps_pods_away(scheduling: VirtualCluster) -> None:
    kubectl = scheduling.kubectl()
    node = eventually(lambda: next(iter(kubectl.names("nodes")), ""), "a node is shown")
    kubectl("taint", "node", node, f"{LABEL}=keep-off:NoSchedule")
    kubectl.apply(sleeper("kept-off"), sleeper("tolerates", tolerations=[{"key": LABEL, "operator": "Exists"}]))
    kubectl.wait("condition=Ready", "pod/tolerates")
    kubectl.wait("jsonpath={.status.conditions[?(@.type=='PodScheduled')].reason}=Unschedulable", "pod/kept-off")
    kubectl("taint", "node", node, f"{LABEL}-")
    kubectl.wait("condition=Ready", "pod/kept-off")
