"""What users may see of the host, when asked for: its nodes as they are, its storage classes as they change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from devhost import nodes
from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import JSON, Kubectl
from tests.e2e.harness.objects import sleeper
from tests.e2e.harness.vcluster import VirtualCluster

LABEL = "example.com/pool"
CLASS = "e2e-quick"


@pytest.fixture(scope="module")
def cluster(install: Install) -> VirtualCluster:
    return install("view", "e2e-view", example="from-host.yaml")


@pytest.fixture(scope="module")
def second(cluster: VirtualCluster) -> Iterator[str]:
    """Name of a second host node, which may be drained: the control plane is on the first."""
    host = cluster.host.devhost
    if host is None:
        pytest.skip("only our own host can be given a node")
    name = nodes.add(host).name
    eventually(lambda: name in cluster.kubectl().names("nodes"), "the new node is shown")
    yield name
    if name in cluster.host.kubectl.names("nodes"):
        nodes.remove(host)


@pytest.fixture(scope="module")
def kubectl(cluster: VirtualCluster, second: str) -> Kubectl:
    assert second
    return cluster.kubectl()


def node_services(cluster: VirtualCluster) -> set[str]:
    """Host Services by which the virtual API server reaches nodes."""
    return {name for name in cluster.host_kubectl.names("services") if name.startswith(f"{cluster.name}-node-")}


def test_nodes_are_shown_as_they_are(cluster: VirtualCluster, kubectl: Kubectl) -> None:
    host = {node["metadata"]["name"]: node for node in cluster.host.kubectl.items("nodes")}
    seen = {node["metadata"]["name"]: node for node in kubectl.items("nodes")}
    assert seen.keys() == host.keys()
    for name, node in seen.items():
        real = host[name]
        assert real["metadata"]["labels"].items() <= node["metadata"]["labels"].items()
        assert (node["status"]["capacity"], node["status"]["nodeInfo"]) == (
            real["status"]["capacity"],
            real["status"]["nodeInfo"],
        )
    lines = kubectl("get", "nodes", "--output=wide", "--no-headers").splitlines()
    assert {(line.split()[0], line.split()[1]) for line in lines} == {(name, "Ready") for name in host}


def test_their_addresses_lead_to_services_of_the_host(cluster: VirtualCluster, kubectl: Kubectl) -> None:
    host = cluster.host_kubectl
    for node in kubectl.items("nodes"):
        service = host.get(f"service/{cluster.name}-node-{node['metadata']['name']}")
        internal = [each["address"] for each in node["status"]["addresses"] if each["type"] == "InternalIP"]
        assert internal == [service["spec"]["clusterIP"]]


def test_a_pod_goes_where_its_selector_says(kubectl: Kubectl, second: str) -> None:
    kubectl.apply(sleeper("chosen", nodeSelector={"kubernetes.io/hostname": second}))
    kubectl.wait("condition=Ready", "pod/chosen")
    assert kubectl.get("pod/chosen")["spec"]["nodeName"] == second
    assert kubectl("logs", "chosen") == "here"
    assert kubectl.sh("chosen", "echo inside") == "inside"
    assert "chosen" in kubectl("describe", "node", second)


def test_labels_of_the_host_come_and_go_and_place_pods(cluster: VirtualCluster, kubectl: Kubectl, second: str) -> None:
    kubectl.apply(sleeper("pooled", nodeSelector={LABEL: "blue"}))
    kubectl.wait("jsonpath={.status.conditions[?(@.type=='PodScheduled')].reason}=Unschedulable", "pod/pooled")
    cluster.host.kubectl("label", "node", second, f"{LABEL}=blue")
    kubectl.wait("condition=Ready", "pod/pooled")
    assert kubectl.get("pod/pooled")["spec"]["nodeName"] == second
    eventually(lambda: kubectl.names("nodes", f"--selector={LABEL}=blue") == {second}, "the label is shown")
    cluster.host.kubectl("label", "node", second, f"{LABEL}-")
    eventually(lambda: not kubectl.items("nodes", f"--selector={LABEL}"), "the label is gone")


def test_own_labels_of_users_stay(cluster: VirtualCluster, kubectl: Kubectl, second: str) -> None:
    kubectl("label", "node", second, "example.com/ours=yes")
    cluster.host.kubectl("label", "node", second, f"{LABEL}=green")
    eventually(lambda: kubectl.names("nodes", f"--selector={LABEL}=green,example.com/ours=yes") == {second}, "both")
    assert "example.com/ours" not in cluster.host.kubectl.get(f"node/{second}")["metadata"]["labels"]
    cluster.host.kubectl("label", "node", second, f"{LABEL}-")


def test_a_node_that_falls_silent_is_not_ready_nor_are_its_pods(
    cluster: VirtualCluster, kubectl: Kubectl, second: str
) -> None:
    host = cluster.host.devhost
    assert host is not None
    kubectl.apply(sleeper("silent", nodeSelector={"kubernetes.io/hostname": second}))
    kubectl.wait("condition=Ready", "pod/silent")
    started = kubectl.get("pod/silent")["status"]["containerStatuses"]
    kubelet = f"kubelet{nodes.second(host).suffix}"
    host.stop(kubelet)
    try:
        kubectl.wait("condition=Ready=Unknown", f"node/{second}")
        kubectl.wait("condition=Ready=False", "pod/silent")
        assert kubectl("get", "node", second, "--no-headers").split()[1] == "NotReady"
    finally:
        host.start(kubelet)
    kubectl.wait("condition=Ready", f"node/{second}", "pod/silent")
    assert kubectl.get("pod/silent")["status"]["containerStatuses"] == started, "it ran all the time"
    kubectl("delete", "pod/silent", "--wait=false")


def test_a_cordon_is_shown_and_a_drain_moves_the_pods(cluster: VirtualCluster, kubectl: Kubectl, second: str) -> None:
    prefer = {"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [second]}]}
    affinity = {
        "nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "preference": prefer}]}
    }
    pod = sleeper("moves", affinity=affinity)
    labels = {"app": "moves"}
    template = {"metadata": {"labels": labels}, "spec": pod["spec"]}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    kubectl.apply({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "moves"}, "spec": spec})
    kubectl.ready("deployment/moves")

    def places() -> set[str]:
        return {pod["spec"].get("nodeName", "") for pod in kubectl.items("pods", "--selector=app=moves")}

    assert places() == {second}
    host = cluster.host.kubectl
    host("drain", second, "--ignore-daemonsets", "--delete-emptydir-data", "--force", "--timeout=60s")
    eventually(lambda: "SchedulingDisabled" in kubectl("get", "node", second), "the cordon is shown")
    kubectl.ready("deployment/moves")
    eventually(lambda: places() and second not in places(), "the Pod runs on the other node")
    assert not {"chosen", "pooled"} & kubectl.names("pods"), "evicted Pods that nobody replaces are gone"
    host("uncordon", second)
    eventually(lambda: "SchedulingDisabled" not in kubectl("get", "node", second), "the cordon is lifted")


def storage_class(**fields: object) -> JSON:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": CLASS},
        "provisioner": "rancher.io/local-path",
        "volumeBindingMode": "WaitForFirstConsumer",
        **fields,
    }


@pytest.fixture
def quick(cluster: VirtualCluster) -> Iterator[Kubectl]:
    """The host with a storage class of the test."""
    cluster.host.kubectl.apply(storage_class())
    yield cluster.host.kubectl
    cluster.host.kubectl("delete", "storageclass", CLASS, "--ignore-not-found")


def test_storage_classes_follow_the_host(kubectl: Kubectl, quick: Kubectl) -> None:
    default = [item["metadata"]["name"] for item in quick.items("storageclasses") if is_default(item)]
    assert [item["metadata"]["name"] for item in kubectl.items("storageclasses") if is_default(item)] == default
    eventually(lambda: CLASS in kubectl.names("storageclasses"), "the class is shown")
    quick.apply(storage_class(allowVolumeExpansion=True))
    eventually(lambda: kubectl.get(f"storageclass/{CLASS}").get("allowVolumeExpansion"), "its change is shown")
    quick("delete", "storageclass", CLASS)
    quick.apply(storage_class(reclaimPolicy="Retain"))
    eventually(lambda: kubectl.get(f"storageclass/{CLASS}")["reclaimPolicy"] == "Retain", "its successor is shown")
    kubectl("delete", "storageclass", CLASS)
    eventually(lambda: CLASS in kubectl.names("storageclasses"), "what a user deletes is back")
    quick("delete", "storageclass", CLASS)
    eventually(lambda: CLASS not in kubectl.names("storageclasses"), "the class is gone")


def is_default(item: JSON) -> bool:
    return item["metadata"].get("annotations", {}).get("storageclass.kubernetes.io/is-default-class") == "true"


def test_a_claim_gets_its_volume_from_a_class_of_the_host(
    cluster: VirtualCluster, kubectl: Kubectl, quick: Kubectl
) -> None:
    eventually(lambda: CLASS in kubectl.names("storageclasses"), "the class is shown")
    resources = {"requests": {"storage": "1Mi"}}
    spec = {"storageClassName": CLASS, "accessModes": ["ReadWriteOnce"], "resources": resources}
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "data"}, "spec": spec}
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    pod = sleeper("stores", volumes=[volume])
    pod["spec"]["containers"][0]["volumeMounts"] = [{"name": "data", "mountPath": "/data"}]
    kubectl.apply(claim, pod)
    kubectl.wait("condition=Ready", "pod/stores")
    assert kubectl.sh("stores", "echo kept > /data/word && cat /data/word") == "kept"
    bound = kubectl.get("persistentvolumeclaim/data")
    assert (bound["status"]["phase"], bound["spec"]["storageClassName"]) == ("Bound", CLASS)
    volume_name = bound["spec"]["volumeName"]
    assert quick.get(f"persistentvolume/{volume_name}")["spec"]["storageClassName"] == CLASS
    quick("delete", "storageclass", CLASS)
    eventually(lambda: CLASS not in kubectl.names("storageclasses"), "the class is gone")
    assert kubectl.sh("stores", "cat /data/word") == "kept"
    kubectl("delete", "pod/stores", "persistentvolumeclaim/data")
    eventually(lambda: volume_name not in quick.names("persistentvolumes"), "the volume is given back")


def test_a_selector_shows_and_uses_only_nodes_that_it_names(cluster: VirtualCluster, second: str) -> None:
    cluster.host.kubectl("label", "node", second, f"{LABEL}=blue")
    only = {"selector": {"all": False, "labels": {LABEL: "blue"}}}
    cluster.settings = {"sync": {"fromHost": {"nodes": only}}}
    cluster.install()
    cluster.look()
    kubectl = cluster.kubectl()
    eventually(lambda: kubectl.names("nodes") == {second}, "only the chosen node is shown")
    eventually(lambda: node_services(cluster) == {f"{cluster.name}-node-{second}"}, "so is the Service in front of it")
    kubectl.apply(sleeper("anywhere"))
    kubectl.wait("condition=Ready", "pod/anywhere")
    assert kubectl.get("pod/anywhere")["spec"]["nodeName"] == second
    kubectl("delete", "pod/anywhere")


def test_nodes_may_show_their_own_addresses_so_that_their_ports_are_found(cluster: VirtualCluster, second: str) -> None:
    direct = {"advanced": {"proxyKubelets": {"byIP": False, "byHostname": False}}}
    cluster.settings = {"networking": direct}
    cluster.install()
    cluster.look()
    kubectl, host = cluster.kubectl(), cluster.host.kubectl
    expected = host.get(f"node/{second}")["status"]["addresses"]
    eventually(lambda: kubectl.get(f"node/{second}")["status"]["addresses"] == expected, "its addresses are the host's")
    eventually(lambda: node_services(cluster) == set(), "no Service stands in front of a node")
    server = sleeper("server", nodeSelector={"kubernetes.io/hostname": second})
    server["metadata"]["labels"] = {"app": "server"}
    server["spec"]["containers"][0]["command"] = ["sh", "-c", "echo here > /tmp/x; httpd -f -p 8080 -h /tmp"]
    spec = {"type": "NodePort", "selector": {"app": "server"}, "ports": [{"port": 8080}]}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "server"}, "spec": spec}
    kubectl.apply(server, service)
    kubectl.wait("condition=Ready", "pod/server")
    address = next(item["address"] for item in expected if item["type"] == "InternalIP")
    assert kubectl.get("pod/server")["status"]["hostIP"] == address
    port = kubectl.get("service/server")["spec"]["ports"][0]["nodePort"]
    ask = f"timeout 5 wget -q -O- http://{address}:{port}/x"
    eventually(lambda: kubectl.sh("server", ask) == "here", "the port of the node answers")
    kubectl("delete", "pod/server", "service/server")


def test_a_node_that_leaves_the_host_is_gone_inside(cluster: VirtualCluster, second: str) -> None:
    host = cluster.host.devhost
    assert host is not None
    nodes.remove(host)
    eventually(lambda: second not in cluster.kubectl().names("nodes"), "the node is gone")
    eventually(lambda: node_services(cluster) == set(), "the Service in front of it is gone")
