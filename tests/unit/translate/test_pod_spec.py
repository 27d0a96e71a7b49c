from __future__ import annotations

import pytest

from tests.unit.translate.pod_samples import DNS_IP, KUBE_IP, container, pod, scope, translated
from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON

UNTOUCHED: JSON = {
    "activeDeadlineSeconds": 30,
    "hostIPC": False,
    "hostPID": True,
    "nodeName": "node-1",
    "os": {"name": "linux"},
    "readinessGates": [{"conditionType": "example.com/ready"}],
    "restartPolicy": "Never",
    "schedulerName": "other",
    "schedulingGates": [{"name": "example.com/gate"}],
    "securityContext": {"runAsNonRoot": True},
    "setHostnameAsFQDN": False,
    "shareProcessNamespace": True,
    "terminationGracePeriodSeconds": 7,
    "tolerations": [{"key": "a", "operator": "Exists"}],
}


def test_what_is_not_translated_is_copied() -> None:
    spec = translated(pod(**UNTOUCHED))["spec"]
    assert {field: spec[field] for field in UNTOUCHED} == UNTOUCHED


def test_identity_of_the_host_pod() -> None:
    metadata = translated(pod(metadata={"labels": {"app": "web", "release": "r1"}, "generateName": "web-"}))["metadata"]
    assert metadata["name"] == "web-0-x-shop-x-vc"
    assert metadata["namespace"] == "tenant"
    assert set(metadata) == {"name", "namespace", "labels", "annotations", "ownerReferences"}
    assert metadata["labels"]["app"] == "web"
    assert metadata["labels"]["vcluster.loft.sh/managed-by"] == "vc"
    assert metadata["labels"]["vcluster.loft.sh/namespace"] == "shop"
    assert metadata["labels"][markers.host_label_key("release", "vc")] == "r1"
    assert "release" not in metadata["labels"]


def test_annotations_for_the_downward_api() -> None:
    annotations = translated(pod(metadata={"labels": {"b": "2", "a": "1"}, "annotations": {"note": "x"}}))["metadata"][
        "annotations"
    ]
    assert annotations["vcluster.loft.sh/name"] == "web-0"
    assert annotations["vcluster.loft.sh/namespace"] == "shop"
    assert annotations["vcluster.loft.sh/uid"] == "uid-web-0"
    assert annotations["vcluster.loft.sh/service-account-name"] == "default"
    assert annotations["vcluster.loft.sh/labels"] == 'a="1"\nb="2"'
    assert annotations["note"] == "x"


def test_nested_cluster_shows_the_innermost_identity() -> None:
    virtual = pod(metadata={"annotations": {"vcluster.loft.sh/name": "inner", "vcluster.loft.sh/uid": "inner-uid"}})
    annotations = translated(virtual)["metadata"]["annotations"]
    assert annotations["vcluster.loft.sh/name"] == "inner"
    assert annotations["vcluster.loft.sh/uid"] == "inner-uid"
    assert annotations["vcluster.loft.sh/object-name"] == "web-0"


@pytest.mark.parametrize(
    ("kind", "api", "expected"),
    [
        ("ReplicaSet", "apps/v1", {"owner-set-kind": "ReplicaSet"}),
        ("DaemonSet", "apps/v1", {"owner-set-kind": "DaemonSet"}),
        ("Workflow", "argoproj.io/v1", {}),
    ],
)
def test_owners_are_told_to_autoscalers(kind: str, api: str, expected: dict[str, str]) -> None:
    owner = {"apiVersion": api, "kind": kind, "name": "o", "uid": "u", "controller": True}
    metadata = translated(pod(metadata={"ownerReferences": [owner]}))["metadata"]
    annotations = metadata["annotations"]
    assert annotations[markers.SAFE_TO_EVICT] == "true"
    assert (markers.DAEMONSET_POD in annotations) == (kind == "DaemonSet")
    for name, value in expected.items():
        assert annotations[markers.PREFIX + name] == value
    assert metadata["ownerReferences"] == [
        {"apiVersion": "v1", "kind": "Service", "name": "vc", "uid": "owner-uid", "controller": True}
    ]


def test_autoscaler_annotation_of_the_user_wins() -> None:
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "o", "uid": "u", "controller": True}
    virtual = pod(metadata={"ownerReferences": [owner], "annotations": {markers.SAFE_TO_EVICT: "false"}})
    assert translated(virtual)["metadata"]["annotations"][markers.SAFE_TO_EVICT] == "false"


def test_namespace_labels_travel_on_the_pod() -> None:
    labels = translated(pod(), namespace_labels={"team": "blue"})["metadata"]["labels"]
    assert labels[markers.namespace_label_key("team", "vc")] == "blue"


def test_service_account_never_gets_a_host_token() -> None:
    spec = translated(pod())["spec"]
    assert spec["serviceAccountName"] == "vc-workload-vc"
    assert spec["automountServiceAccountToken"] is False
    assert "serviceAccount" not in spec


def test_configured_service_account() -> None:
    assert translated(pod(), scope(workloadServiceAccount="mine"))["spec"]["serviceAccountName"] == "mine"
    synced = scope(toHost={"serviceAccounts": {"enabled": True}})
    assert translated(pod(serviceAccountName="bot"), synced)["spec"]["serviceAccountName"] == "bot-x-shop-x-vc"


CLUSTER_DNS: JSON = {
    "nameservers": [DNS_IP],
    "searches": ["shop.svc.cluster.local", "svc.cluster.local", "cluster.local"],
    "options": [{"name": "ndots", "value": "5"}],
}


@pytest.mark.parametrize(
    ("spec", "policy", "config"),
    [
        ({}, "None", CLUSTER_DNS),
        ({"dnsPolicy": "ClusterFirstWithHostNet", "hostNetwork": True}, "None", CLUSTER_DNS),
        ({"hostNetwork": True}, "ClusterFirst", None),
        ({"dnsPolicy": "Default"}, "Default", None),
        ({"dnsPolicy": "None", "dnsConfig": {"nameservers": ["1.1.1.1"]}}, "None", {"nameservers": ["1.1.1.1"]}),
        (
            {"dnsConfig": {"nameservers": ["1.1.1.1", DNS_IP], "searches": ["corp", "svc.cluster.local"]}},
            "None",
            CLUSTER_DNS | {"nameservers": [DNS_IP, "1.1.1.1"], "searches": [*CLUSTER_DNS["searches"], "corp"]},
        ),
        (
            {"dnsConfig": {"options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}]}},
            "None",
            CLUSTER_DNS | {"options": [{"name": "ndots", "value": "2"}, {"name": "edns0"}]},
        ),
        (
            {"dnsConfig": {"options": [{"name": "edns0"}]}},
            "None",
            CLUSTER_DNS | {"options": [{"name": "ndots", "value": "5"}, {"name": "edns0"}]},
        ),
        (
            {"dnsConfig": {"nameservers": ["1.1.1.1", "2.2.2.2", "3.3.3.3"]}},
            "None",
            CLUSTER_DNS | {"nameservers": [DNS_IP, "1.1.1.1", "2.2.2.2"]},
        ),
    ],
)
def test_dns(spec: JSON, policy: str, config: JSON | None) -> None:
    result = translated(pod(**spec))["spec"]
    assert result["dnsPolicy"] == policy
    assert result.get("dnsConfig") == config


def test_api_server_is_found_by_its_names() -> None:
    own = {"ip": "1.2.3.4", "hostnames": ["db"]}
    aliases = translated(pod(hostAliases=[own]), scope(networking={"clusterDomain": "my.corp"}))["spec"]["hostAliases"]
    assert aliases == [
        own,
        {
            "ip": KUBE_IP,
            "hostnames": [
                "kubernetes.default.svc.my.corp",
                "kubernetes",
                "kubernetes.default",
                "kubernetes.default.svc",
            ],
        },
    ]


@pytest.mark.parametrize(
    ("name", "hostname", "expected"),
    [
        ("web-0", None, "web-0"),
        ("web-0", "given", "given"),
        ("a.b.c", None, "a-b-c"),
        ("x" * 62 + ".yz", None, "x" * 62),
        ("x" * 80, None, "x" * 63),
    ],
)
def test_hostname(name: str, hostname: str | None, expected: str) -> None:
    given = {"hostname": hostname} if hostname else {}
    assert translated(pod(name, **given))["spec"]["hostname"] == expected


@pytest.mark.parametrize(
    ("config", "spec", "expected"),
    [
        ({}, {"priorityClassName": "high", "priority": 5000}, {}),
        ({}, {"priorityClassName": "system-node-critical", "priority": 2000001000}, {}),
        (
            {"toHost": {"priorityClasses": {"enabled": True}}},
            {"priorityClassName": "high", "priority": 2_000_000_000},
            {
                "priorityClassName": "vcluster-high-x-tenant-x-vc",
                "priority": 1_000_000_000,
                "preemptionPolicy": "PreemptLowerPriority",
            },
        ),
        (
            {"toHost": {"pods": {"priorityClassName": "tenants"}}},
            {"priorityClassName": "high", "priority": 5000},
            {"priorityClassName": "tenants"},
        ),
    ],
)
def test_priority(config: JSON, spec: JSON, expected: JSON) -> None:
    result = translated(pod(**spec), scope(**config))["spec"]
    fields = ("priorityClassName", "priority", "preemptionPolicy")
    assert {field: result[field] for field in fields if field in result} == expected


def test_runtime_class_brings_its_own_overhead() -> None:
    virtual = pod(runtimeClassName="gvisor", overhead={"cpu": "250m"})
    spec = translated(virtual)["spec"]
    assert spec["runtimeClassName"] == "gvisor"
    assert "overhead" not in spec
    forced = scope(toHost={"pods": {"runtimeClassName": "kata"}})
    assert translated(virtual, forced)["spec"]["runtimeClassName"] == "kata"


def test_enforced_tolerations_are_added_once() -> None:
    wanted = {"key": "tenant", "operator": "Exists", "effect": "NoSchedule"}
    own = {"key": "x", "operator": "Exists"}
    where = scope(toHost={"pods": {"enforceTolerations": [wanted]}})
    assert translated(pod(tolerations=[own]), where)["spec"]["tolerations"] == [own, wanted]
    assert translated(pod(tolerations=[wanted]), where)["spec"]["tolerations"] == [wanted]


def test_node_selector_keeps_to_the_shown_nodes() -> None:
    where = scope(fromHost={"nodes": {"enabled": True, "selector": {"labels": {"pool": "a"}}}})
    selector = {"disk": "ssd", "pool": "b"}
    assert translated(pod(nodeSelector=selector), where)["spec"]["nodeSelector"] == {"disk": "ssd", "pool": "a"}
    assert translated(pod(nodeSelector=selector, nodeName="n"), where)["spec"]["nodeSelector"] == selector
    assert translated(pod(nodeSelector=selector))["spec"]["nodeSelector"] == selector


def test_images_and_pull_secrets() -> None:
    where = scope(toHost={"pods": {"translateImage": {"nginx:1": "mirror/nginx:1"}}})
    virtual = pod(containers=[container(), container(name="b", image="redis")], imagePullSecrets=[{"name": "reg"}, {}])
    spec = translated(virtual, where)["spec"]
    assert [item["image"] for item in spec["containers"]] == ["mirror/nginx:1", "redis"]
    assert spec["imagePullSecrets"] == [{"name": "reg-x-shop-x-vc"}, {}]


def test_ephemeral_containers_wait_for_their_sub_resource() -> None:
    assert "ephemeralContainers" not in translated(pod(ephemeralContainers=[container(name="debug")]))["spec"]
