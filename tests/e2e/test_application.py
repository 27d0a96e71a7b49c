"""Scenario 1: an ordinary application runs in the virtual cluster, and the host sees nothing of its names."""

from __future__ import annotations

import pytest

from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.shell import CommandFailed
from tests.e2e.harness.vcluster import VirtualCluster


@pytest.fixture(scope="module")
def shop(shared: VirtualCluster) -> Kubectl:
    kubectl = shared.kubectl()
    kubectl.apply_workload("shop.yaml")
    kubectl.within("shop").ready("deployment/web")
    kubectl.wait("condition=Ready", "pod/customer")
    return kubectl.within("shop")


def ask(shop: Kubectl, script: str) -> str:
    return shop.within("default").sh("customer", script)


@pytest.mark.parametrize("name", ["web.shop", "web.shop.svc", "web.shop.svc.cluster.local"])
def test_another_pod_reaches_it_by_name(shop: Kubectl, name: str) -> None:
    fetch = f"timeout 5 wget -q -O- http://{name}/index.html"
    assert eventually(lambda: ask(shop, fetch), "the Service answers") == "hello from the shop"


def test_secret_and_downward_api_show_virtual_values(shop: Kubectl) -> None:
    pod = shop("get", "pods", "--selector=app=web", "--output=jsonpath={.items[0].metadata.name}")
    found = shop.sh("deployment/web", "echo $WORD $POD_NAME $POD_NAMESPACE", "--container=httpd").split()
    assert found == ["open-sesame", pod, "shop"]
    assert 'app="web"' in shop.sh("deployment/web", "cat /podinfo/labels", "--container=httpd").splitlines()


def test_the_volume_outlives_the_pod(shop: Kubectl) -> None:
    count = "wc -l < /shelf/starts"
    before = int(shop.sh("deployment/web", count, "--container=httpd"))
    shop("rollout", "restart", "deployment/web")
    shop.ready("deployment/web")
    assert int(shop.sh("deployment/web", count, "--container=httpd")) == before + 1
    assert shop.get("persistentvolumeclaim/shelf")["status"]["phase"] == "Bound"


def test_the_token_in_a_pod_is_one_of_the_virtual_cluster(shop: Kubectl) -> None:
    who = shop("exec", "deployment/web", "--container=reader", "--", "kubectl", "auth", "whoami", "--output=json")
    assert "system:serviceaccount:shop:clerk" in who
    listed = shop("exec", "deployment/web", "--container=reader", "--", "kubectl", "get", "pods", "--output=name")
    assert "pod/web-" in listed
    with pytest.raises(CommandFailed, match="secrets is forbidden"):
        shop("exec", "deployment/web", "--container=reader", "--", "kubectl", "get", "secrets")


def test_both_sides_show_the_same_cluster_ip(shop: Kubectl, shared: VirtualCluster) -> None:
    virtual = shop.get("service/web")["spec"]
    host = shared.host_kubectl.get(f"service/{shared.translated('web', 'shop')}")["spec"]
    assert virtual["clusterIP"] == host["clusterIP"]
    kubernetes = shop.within("default").get("service/kubernetes")["spec"]["clusterIP"]
    assert kubernetes == shared.host_kubectl.get(f"service/{shared.name}")["spec"]["clusterIP"]


def test_the_host_does_not_know_the_virtual_namespace(shop: Kubectl, shared: VirtualCluster) -> None:
    assert "shop" not in shared.host.kubectl.names("namespaces")
    host = shared.host_kubectl
    host("run", "outsider", "--image=busybox:1.36", "--restart=Never", "--", "sleep", "600")
    host.wait("condition=Ready", "pod/outsider")
    with pytest.raises(CommandFailed):
        host.sh("outsider", "nslookup web.shop.svc.cluster.local")
    assert "outsider" not in shop.within("default").names("pods")
    host("delete", "pod/outsider", "--now")


def test_events_of_the_host_are_shown_on_the_virtual_pod(shop: Kubectl) -> None:
    def reasons() -> set[str]:
        return {event["reason"] for event in shop.items("events") if event["involvedObject"]["kind"] == "Pod"}

    eventually(lambda: {"Pulled", "Started"} <= reasons(), "the kubelet's events are there")
