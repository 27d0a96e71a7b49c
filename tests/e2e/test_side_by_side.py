"""Scenario 4: virtual clusters of one host namespace do not touch each other, whatever their objects are called."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.vcluster import VirtualCluster

LONG = "sixty-three-characters-are-the-most-that-a-label-value-can-hold"
DOTTED = "settings.example.com-with.dots-and-more-than.sixty-three.characters.in-its.name"


@pytest.fixture(scope="module")
def clusters(install: Install) -> tuple[VirtualCluster, VirtualCluster]:
    return install("left", "e2e-shared"), install("right", "e2e-shared")


def web(name: str, word: str) -> list[dict[str, Any]]:
    labels = {"app": name}
    mount = {"name": "page", "mountPath": "/www"}
    container = {
        "name": "httpd",
        "image": "busybox:1.36",
        "command": ["httpd", "-f", "-p", "8080", "-h", "/www"],
        "volumeMounts": [mount],
    }
    spec = {
        "terminationGracePeriodSeconds": 1,
        "containers": [container],
        "volumes": [{"name": "page", "configMap": {"name": DOTTED}}],
    }
    service = {"selector": labels, "ports": [{"port": 80, "targetPort": 8080}]}
    return [
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": DOTTED}, "data": {"index.html": word}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": spec},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": service},
    ]


def answer(kubectl: Kubectl, pod: str, host: str) -> str:
    fetch = f"timeout 5 wget -q -O- http://{host}/index.html"
    return eventually(lambda: kubectl.sh(pod, fetch), "the Service answers")


def test_equal_names_in_two_clusters_stay_apart(clusters: tuple[VirtualCluster, VirtualCluster]) -> None:
    for cluster in clusters:
        kubectl = cluster.kubectl()
        kubectl.apply(*web("web", cluster.name))
        kubectl.wait("condition=Ready", "pod/web")
    for cluster in clusters:
        assert answer(cluster.kubectl(), "web", "web.default.svc.cluster.local") == cluster.name


def test_each_cluster_sees_only_its_own_pods(clusters: tuple[VirtualCluster, VirtualCluster]) -> None:
    left, right = clusters
    left.kubectl()("run", "only-left", "--image=busybox:1.36", "--", "sleep", "600")
    left.kubectl().wait("condition=Ready", "pod/only-left")
    assert "only-left" not in right.kubectl().names("pods", "--all-namespaces")
    left.kubectl()("delete", "pod/web", "--now")
    assert right.kubectl().get("pod/web")["status"]["phase"] == "Running"


def test_long_and_dotted_names_work(clusters: tuple[VirtualCluster, VirtualCluster]) -> None:
    cluster = clusters[1]
    kubectl = cluster.kubectl()
    kubectl.apply(*web(LONG, "long"))
    kubectl.wait("condition=Ready", f"pod/{LONG}")
    full = f"{LONG}-x-default-x-right"
    expected = f"{full[:52]}-{hashlib.sha256(full.encode()).hexdigest()[:10]}"
    assert expected in cluster.host_kubectl.names("pods")
    assert answer(kubectl, LONG, f"{LONG}.default.svc") == "long"


def test_removing_one_leaves_the_other_running(clusters: tuple[VirtualCluster, VirtualCluster]) -> None:
    left, right = clusters
    before = _starts(right.kubectl())
    left.uninstall()
    managed = "--selector=vcluster.loft.sh/managed-by=left"
    eventually(lambda: not right.host_kubectl.items("pods,services,configmaps", managed), "left has gone")
    assert _starts(right.kubectl()) == before


def _starts(kubectl: Kubectl) -> dict[str, Any]:
    return {pod["metadata"]["uid"]: pod["status"]["startTime"] for pod in kubectl.items("pods", "--all-namespaces")}
