"""``kubectl top`` shows this cluster's pods and nothing else, and node addresses answer callers from inside."""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl

import pytest

from devhost import addons
from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import JSON, Kubectl
from tests.e2e.harness.vcluster import VirtualCluster

FIGURES = re.compile(r"(\S+)\s+(\d+)m\s+(\d+)Mi")
METRICS_SECONDS = 180
CALLER = "figures"


@pytest.fixture(scope="module")
def cluster(install: Install) -> VirtualCluster:
    cluster = install("figures", "e2e-figures", example="metrics.yaml")
    if cluster.host.devhost is not None:
        addons.switch(cluster.host.devhost, "metrics-server", on=True)
    cluster.kubectl().apply(*rights())
    eventually(lambda: apply(cluster, pod("busy")), "the account is known to admission")
    cluster.kubectl().wait("condition=Ready", "pod/busy")
    return cluster


def apply(cluster: VirtualCluster, body: JSON) -> bool:
    cluster.kubectl().apply(body)
    return True


@pytest.fixture(scope="module")
def kubectl(cluster: VirtualCluster) -> Kubectl:
    return cluster.kubectl()


def pod(name: str) -> JSON:
    container = {"name": "app", "image": "busybox:1.36", "command": ["sh", "-c", "while true; do :; done"]}
    limits = {"limits": {"cpu": "100m", "memory": "16Mi"}}
    spec = {
        "terminationGracePeriodSeconds": 0,
        "serviceAccountName": CALLER,
        "containers": [container | {"resources": limits}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default"}, "spec": spec}


def rights() -> tuple[JSON, ...]:
    group = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", "name": CALLER, "namespace": "default"}
    return (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": CALLER, "namespace": "default"}},
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": CALLER},
            "rules": [{"apiGroups": [""], "resources": ["nodes/pods"], "verbs": ["get"]}],
        },
        {
            "apiVersion": f"{group}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": CALLER},
            "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": CALLER},
            "subjects": [subject],
        },
    )


def test_top_shows_the_pods_of_this_cluster(kubectl: Kubectl) -> None:
    found = eventually(
        lambda: FIGURES.findall(kubectl("top", "pod", "--no-headers")), "figures of pods", timeout=METRICS_SECONDS
    )
    assert [(name, int(cpu) > 10) for name, cpu, _ in found] == [("busy", True)]
    everywhere = kubectl("top", "pod", "--all-namespaces", "--no-headers").splitlines()
    assert {line.split()[0] for line in everywhere} <= {"default", "kube-system"}


def test_top_splits_a_pod_into_its_containers(kubectl: Kubectl) -> None:
    line = eventually(lambda: kubectl("top", "pod", "busy", "--containers", "--no-headers"), "figures of containers")
    assert line.split()[:2] == ["busy", "app"]


def test_top_shows_the_nodes_these_pods_run_on(kubectl: Kubectl) -> None:
    nodes = kubectl.names("nodes")
    found = eventually(lambda: kubectl("top", "node", "--no-headers").splitlines(), "figures", timeout=METRICS_SECONDS)
    assert {line.split()[0] for line in found} == nodes


def ask(kubectl: Kubectl, address: str, path: str, token: str) -> tuple[int, str]:
    config = json.loads(kubectl("config", "view", "--raw", "--minify", "--output=json"))
    authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    connection = http.client.HTTPSConnection(address, 10250, context=context, timeout=20)
    connection.request("GET", path, headers={"Authorization": f"Bearer {token}"} if token else {})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def test_a_node_address_answers_callers_with_their_own_rights(cluster: VirtualCluster, kubectl: Kubectl) -> None:
    if cluster.host.devhost is None:
        pytest.skip("ClusterIPs are not routed to this machine")
    addresses = kubectl.items("nodes")[0]["status"]["addresses"]
    address = next(each["address"] for each in addresses if each["type"] == "InternalIP")
    token = kubectl("create", "token", CALLER, "--namespace=default")
    status, body = ask(kubectl, address, "/pods", token)
    pods = json.loads(body)["items"]
    assert (status, "busy" in {each["metadata"]["name"] for each in pods}) == (200, True)
    status, body = ask(kubectl, address, "/stats/summary", token)
    assert (status, "may not get nodes/stats" in body) == (403, True)
    assert ask(kubectl, address, "/pods", "")[0] == 401
