from __future__ import annotations

import pytest

from tests.unit.translate.pod_samples import KUBE_IP, container, pod, translated
from vcluster_contract.kinds import CONFIG_MAPS, SECRETS
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.pod_fields import format_map
from vcluster_syncer.translate.service_env import service_variables

KUBERNETES = [
    ("KUBERNETES_PORT", f"tcp://{KUBE_IP}:443"),
    ("KUBERNETES_PORT_443_TCP", f"tcp://{KUBE_IP}:443"),
    ("KUBERNETES_PORT_443_TCP_ADDR", KUBE_IP),
    ("KUBERNETES_PORT_443_TCP_PORT", "443"),
    ("KUBERNETES_PORT_443_TCP_PROTO", "tcp"),
    ("KUBERNETES_SERVICE_HOST", KUBE_IP),
    ("KUBERNETES_SERVICE_PORT", "443"),
    ("KUBERNETES_SERVICE_PORT_HTTPS", "443"),
]


def service(name: str, namespace: str = "shop", **spec: object) -> JSON:
    return {"metadata": {"name": name, "namespace": namespace}, "spec": spec}


def env_of(virtual: JSON, **overrides: object) -> list[JSON]:
    result: list[JSON] = translated(virtual, **overrides)["spec"]["containers"][0]["env"]
    return result


def test_api_server_variables_come_first_and_sorted() -> None:
    env = env_of(pod(containers=[container(env=[{"name": "A", "value": "$(KUBERNETES_SERVICE_HOST)"}])]))
    assert [(item["name"], item["value"]) for item in env] == [*KUBERNETES, ("A", "$(KUBERNETES_SERVICE_HOST)")]


def test_the_user_wins() -> None:
    env = env_of(pod(containers=[container(env=[{"name": "KUBERNETES_SERVICE_HOST", "value": "mine"}])]))
    assert [item["value"] for item in env if item["name"] == "KUBERNETES_SERVICE_HOST"] == ["mine"]
    assert len(env) == len(KUBERNETES)


def test_the_user_wins_through_env_from_too() -> None:
    held = {(CONFIG_MAPS, Key("shop", "c")): ["SERVICE_HOST"], (SECRETS, Key("shop", "s")): ["KUBERNETES_PORT"]}
    sources = [
        {"prefix": "KUBERNETES_", "configMapRef": {"name": "c"}},
        {"secretRef": {"name": "s", "optional": True}},
    ]
    virtual = pod(containers=[container(envFrom=sources)])
    names = {item["name"] for item in env_of(virtual, keys_of=lambda resource, key: held.get((resource, key), ()))}
    assert names == {name for name, _ in KUBERNETES} - {"KUBERNETES_SERVICE_HOST", "KUBERNETES_PORT"}


def test_service_links_are_given_unless_refused() -> None:
    links = (("DB_SERVICE_HOST", "10.0.0.9"),)
    assert env_of(pod(), service_variables=links)[0] == {"name": "DB_SERVICE_HOST", "value": "10.0.0.9"}
    refused = env_of(pod(enableServiceLinks=False), service_variables=links)
    assert [item["name"] for item in refused] == [name for name, _ in KUBERNETES]


def test_the_host_gives_no_links_of_its_own() -> None:
    assert translated(pod())["spec"]["enableServiceLinks"] is False


def test_variables_of_a_service() -> None:
    ports = [{"name": "sql-main", "port": 5432, "protocol": "TCP"}, {"port": 53, "protocol": "UDP"}]
    assert dict(service_variables(service("my-db", clusterIP="10.0.0.9", ports=ports))) == {
        "MY_DB_SERVICE_HOST": "10.0.0.9",
        "MY_DB_SERVICE_PORT": "5432",
        "MY_DB_SERVICE_PORT_SQL_MAIN": "5432",
        "MY_DB_PORT": "tcp://10.0.0.9:5432",
        "MY_DB_PORT_5432_TCP": "tcp://10.0.0.9:5432",
        "MY_DB_PORT_5432_TCP_PROTO": "tcp",
        "MY_DB_PORT_5432_TCP_PORT": "5432",
        "MY_DB_PORT_5432_TCP_ADDR": "10.0.0.9",
        "MY_DB_PORT_53_UDP": "udp://10.0.0.9:53",
        "MY_DB_PORT_53_UDP_PROTO": "udp",
        "MY_DB_PORT_53_UDP_PORT": "53",
        "MY_DB_PORT_53_UDP_ADDR": "10.0.0.9",
    }


def test_variables_of_a_service_with_an_ipv6_address() -> None:
    found = dict(service_variables(service("db", clusterIP="fd00::9", ports=[{"port": 80}])))
    assert found["DB_PORT"] == "tcp://[fd00::9]:80"
    assert found["DB_SERVICE_HOST"] == "fd00::9"


@pytest.mark.parametrize(
    "skipped",
    [
        service("headless", clusterIP="None", ports=[{"port": 1}]),
        service("pending", ports=[{"port": 1}]),
        service("out", type="ExternalName", clusterIP="10.0.0.9", ports=[{"port": 1}]),
        service("kubernetes", namespace="default", clusterIP="10.0.0.1", ports=[{"port": 443}]),
        service("9lives", clusterIP="10.0.0.9", ports=[{"port": 1}]),
    ],
)
def test_services_without_variables(skipped: JSON) -> None:
    assert service_variables(skipped) == ()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("metadata.name", "metadata.annotations['vcluster.loft.sh/name']"),
        ("metadata.namespace", "metadata.annotations['vcluster.loft.sh/namespace']"),
        ("metadata.uid", "metadata.annotations['vcluster.loft.sh/uid']"),
        ("spec.serviceAccountName", "metadata.annotations['vcluster.loft.sh/service-account-name']"),
        ("metadata.labels['app']", "metadata.labels['app']"),
        ("metadata.annotations['note']", "metadata.annotations['note']"),
        ("spec.nodeName", "spec.nodeName"),
        ("status.podIP", "status.podIP"),
        ("status.hostIPs", "status.hostIPs"),
    ],
)
def test_field_references(path: str, expected: str) -> None:
    variable = {"name": "A", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": path}}}
    found = env_of(pod(containers=[container(env=[variable])]))[-1]
    assert found["valueFrom"]["fieldRef"] == {"apiVersion": "v1", "fieldPath": expected}


def test_field_reference_to_a_rekeyed_label() -> None:
    variable = {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['release']"}}}
    virtual = pod(metadata={"labels": {"release": "r1"}}, containers=[container(env=[variable])])
    host = translated(virtual)
    path = host["spec"]["containers"][0]["env"][-1]["valueFrom"]["fieldRef"]["fieldPath"]
    key = path.removeprefix("metadata.labels['").removesuffix("']")
    assert host["metadata"]["labels"][key] == "r1"


def test_references_are_renamed_everywhere() -> None:
    variables = [
        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k", "optional": True}}},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "C", "valueFrom": {"resourceFieldRef": {"containerName": "app", "resource": "limits.cpu"}}},
    ]
    env_from = [{"configMapRef": {"name": "c"}}, {"prefix": "P_", "secretRef": {"name": "s"}}]
    spec = translated(
        pod(
            initContainers=[container(name="init", env=variables, envFrom=env_from)],
            containers=[container(env=variables, envFrom=env_from)],
        )
    )["spec"]
    for found in (spec["initContainers"][0], spec["containers"][0]):
        assert found["env"][-3]["valueFrom"]["configMapKeyRef"] == {
            "name": "c-x-shop-x-vc",
            "key": "k",
            "optional": True,
        }
        assert found["env"][-2]["valueFrom"]["secretKeyRef"] == {"name": "s-x-shop-x-vc", "key": "k"}
        assert found["env"][-1] == variables[2]
        assert found["envFrom"] == [
            {"configMapRef": {"name": "c-x-shop-x-vc"}},
            {"prefix": "P_", "secretRef": {"name": "s-x-shop-x-vc"}},
        ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", '"plain"'),
        ('say "hi"', r'"say \"hi\""'),
        ("a\nb\tc", r'"a\nb\tc"'),
        ("back\\slash", r'"back\\slash"'),
        ("grün", '"grün"'),
        ("\x01", r'"\x01"'),
        ("\u200b", r'"\u200b"'),
        ("\U000e0001", r'"\U000e0001"'),
    ],
)
def test_downward_files_are_written_as_the_kubelet_does(value: str, expected: str) -> None:
    assert format_map({"key": value}) == f"key={expected}"
