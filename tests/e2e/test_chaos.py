"""Scenario 5: whatever is killed, all converges, no workload pod restarts, nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.processes import frozen, kill_container
from tests.e2e.harness.shell import CommandFailed
from tests.e2e.harness.vcluster import VirtualCluster

OURS = "--selector=vcluster.loft.sh/managed-by=chaos"
OUTAGE_SECONDS = 30


@pytest.fixture(scope="module")
def cluster(install: Install) -> VirtualCluster:
    cluster = install("chaos", "e2e-chaos", example="quickstart.yaml")
    if cluster.host.devhost is None:
        pytest.skip("only our own host may be broken")
    kubectl = cluster.kubectl()
    kubectl.apply(*application("steady", replicas=3))
    kubectl.ready("deployment/steady")
    return cluster


def application(name: str, replicas: int) -> list[dict[str, Any]]:
    labels = {"app": name}
    container = {
        "name": "sleep",
        "image": "busybox:1.36",
        "command": ["sleep", "infinity"],
        "envFrom": [{"configMapRef": {"name": name}}],
    }
    template = {
        "metadata": {"labels": labels},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [container]},
    }
    spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"KEY": name}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec},
    ]


def kill_syncer(cluster: VirtualCluster) -> None:
    kill_container(cluster.host_kubectl, cluster.pod, "syncer")


def kill_api_server(cluster: VirtualCluster) -> None:
    kill_container(cluster.host_kubectl, cluster.pod, "kube-apiserver")


def delete_pod(cluster: VirtualCluster) -> None:
    cluster.host_kubectl("delete", "pod", cluster.pod)


def stop_host_api_server(cluster: VirtualCluster) -> None:
    host = cluster.host.devhost
    assert host is not None
    host.stop("kube-apiserver")
    try:
        # The object stays, so this passes the time of the outage and shows that the virtual API server serves on.
        with pytest.raises(CommandFailed, match="timed out"):
            cluster.kubectl()("wait", "--for=delete", "configmap/steady", f"--timeout={OUTAGE_SECONDS}s")
    finally:
        host.start("kube-apiserver")


@pytest.mark.parametrize("disturb", [kill_syncer, kill_api_server, delete_pod, stop_host_api_server])
def test_everything_converges(cluster: VirtualCluster, disturb: Callable[[VirtualCluster], None]) -> None:
    before = running(cluster.host_kubectl)
    name = disturb.__name__.replace("_", "-")
    disturb(cluster)
    kubectl = cluster.kubectl()
    eventually(lambda: kubectl.apply(*application(name, replicas=2)) or True, "the API server takes orders again")
    kubectl.ready(f"deployment/{name}")
    cluster.ready()
    eventually(lambda: differences(cluster) == [], "both sides agree")
    after = running(cluster.host_kubectl)
    assert {uid: after.get(uid) for uid in before} == before
    kubectl("delete", f"deployment/{name}", f"service/{name}", f"configmap/{name}")
    eventually(lambda: differences(cluster) == [], "both sides agree after deletion")


def cluster_ips(cluster: VirtualCluster, name: str) -> tuple[str, str]:
    """ClusterIP of a Service inside and on the host."""
    virtual = cluster.kubectl().get(f"service/{name}")["spec"]["clusterIP"]
    return virtual, cluster.host_kubectl.get(f"service/{cluster.translated(name)}")["spec"]["clusterIP"]


def test_a_service_is_refused_while_nobody_can_give_it_an_address(cluster: VirtualCluster) -> None:
    kubectl = cluster.kubectl()
    create = ("create", "service", "clusterip", "early", "--tcp=80:8080")
    with (
        frozen(cluster.host_kubectl, cluster.pod, "syncer"),
        pytest.raises(CommandFailed, match="failed calling webhook"),
    ):
        kubectl(*create)
    assert "early" not in kubectl.names("services")
    eventually(lambda: kubectl(*create), "the Service is taken")
    virtual, host = cluster_ips(cluster, "early")
    assert virtual == host
    kubectl("delete", "service", "early")
    eventually(lambda: differences(cluster) == [], "both sides agree after deletion")


@pytest.mark.parametrize("taken", [False, True])
def test_a_service_that_lost_its_host_half_gets_one_address_again(cluster: VirtualCluster, taken: bool) -> None:
    kubectl, host, name = cluster.kubectl(), cluster.host_kubectl, f"lost-{taken}".lower()
    kubectl("create", "service", "clusterip", name, "--tcp=80:8080")
    before, _ = cluster_ips(cluster, name)
    with frozen(host, cluster.pod, "syncer"):
        host("delete", "service", cluster.translated(name))
        if taken:
            host("create", "service", "clusterip", "thief", f"--clusterip={before}", "--tcp=80:8080")

    def equal() -> bool:
        virtual, ours = cluster_ips(cluster, name)
        return virtual == ours and (virtual != before) is taken

    eventually(equal, "both sides show the same address")
    kubectl("delete", "service", name)
    host("delete", "service", "thief", "--ignore-not-found")
    eventually(lambda: differences(cluster) == [], "both sides agree after deletion")


def running(host: Kubectl) -> dict[str, int]:
    """Restarts of each pod of the steady workload by UID."""
    return {
        pod["metadata"]["uid"]: sum(status["restartCount"] for status in pod["status"].get("containerStatuses", ()))
        for pod in host.items("pods", f"{OURS},app=steady")
    }


def differences(cluster: VirtualCluster) -> list[str]:
    """Objects that are on one side only, or are twice on the host."""
    found = []
    for kind in ("pods", "services"):
        virtual = sorted(_name(item["metadata"]) for item in cluster.kubectl().items(kind, "--all-namespaces"))
        host = sorted(_origin(item["metadata"]) for item in cluster.host_kubectl.items(kind, OURS))
        found += [f"{kind} {name}" for name in {*virtual, *host} if virtual.count(name) != host.count(name)]
    return [difference for difference in found if difference != "services default/kubernetes"]


def _name(metadata: dict[str, Any]) -> str:
    return f"{metadata['namespace']}/{metadata['name']}"


def _origin(metadata: dict[str, Any]) -> str:
    annotations = metadata["annotations"]
    return f"{annotations['vcluster.loft.sh/object-namespace']}/{annotations['vcluster.loft.sh/object-name']}"
