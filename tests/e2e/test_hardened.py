"""The profile that keeps every point of hardening runs: restricted workloads work in it, others are refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.shell import CommandFailed
from tests.e2e.harness.vcluster import VirtualCluster

RESTRICTED: dict[str, Any] = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def pod(name: str, script: str, **more: Any) -> dict[str, Any]:
    command = ["sh", "-c", script]
    container = {"name": "main", "image": "busybox:1.36", "command": command, "securityContext": RESTRICTED | more}
    metadata = {"name": name, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


@pytest.fixture(scope="module")
def cluster(install: Install) -> VirtualCluster:
    return install("hard", "hardened", example="hardened.yaml")


@pytest.fixture(scope="module")
def virtual(cluster: VirtualCluster) -> Kubectl:
    kubectl = cluster.kubectl().within("default")
    serve = "echo hello > /tmp/index.html; httpd -f -p 8080 -h /tmp"
    service = {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]}
    metadata = {"name": "web"}
    kubectl.apply({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service})
    eventually(lambda: kubectl.apply(pod("web", serve), pod("customer", "sleep 600")) is None, "the pods are taken")
    kubectl.wait("condition=Ready", "pod/web", "pod/customer")
    return kubectl


def test_restricted_workloads_reach_each_other_by_name(virtual: Kubectl) -> None:
    fetch = "timeout 5 wget -q -O- http://web.default.svc.cluster.local/index.html"
    assert eventually(lambda: virtual.sh("customer", fetch), "the Service answers") == "hello"


def test_privileged_pods_are_refused(virtual: Kubectl) -> None:
    with pytest.raises(CommandFailed, match="violates PodSecurity"):
        virtual.apply(pod("intruder", "sleep 1", privileged=True, allowPrivilegeEscalation=True))


def test_quota_limits_and_policies_are_on_the_host(cluster: VirtualCluster) -> None:
    for kind in ("resourcequota", "limitrange", "networkpolicy"):
        assert cluster.host_kubectl.names(kind), kind
    (limits,) = {item["resources"]["limits"]["cpu"] for item in _containers(cluster, "web")}
    assert limits == "1"


def _containers(cluster: VirtualCluster, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cluster.host_kubectl.get(f"pod/{cluster.translated(name)}")["spec"]["containers"]
    return found
