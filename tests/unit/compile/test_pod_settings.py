"""What ``controlPlane.statefulSet`` changes about the pod."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.compile.compiling import container, pod_spec, setting
from vcluster_contract import layout

POD = "controlPlane.statefulSet"
DISTRO = "controlPlane.distro.k8s"


@pytest.mark.parametrize(
    ("path", "value", "field", "expected"),
    [
        ("scheduling.nodeSelector", {"a": "b"}, "nodeSelector", {"a": "b"}),
        ("scheduling.affinity", {"nodeAffinity": {}}, "affinity", {"nodeAffinity": {}}),
        ("scheduling.tolerations", [{"key": "a"}], "tolerations", [{"key": "a"}]),
        ("scheduling.priorityClassName", "high", "priorityClassName", "high"),
        ("scheduling.topologySpreadConstraints", [{"maxSkew": 1}], "topologySpreadConstraints", [{"maxSkew": 1}]),
        ("dnsPolicy", "None", "dnsPolicy", "None"),
        ("dnsConfig", {"nameservers": ["10.0.0.1"]}, "dnsConfig", {"nameservers": ["10.0.0.1"]}),
        (
            "hostAliases",
            [{"ip": "1.2.3.4", "hostnames": ["a"]}],
            "hostAliases",
            [{"ip": "1.2.3.4", "hostnames": ["a"]}],
        ),
        ("runtimeClassName", "kata", "runtimeClassName", "kata"),
        ("enableServiceLinks", False, "enableServiceLinks", False),
    ],
)
def test_a_setting_reaches_the_pod(path: str, value: Any, field: str, expected: Any) -> None:
    assert pod_spec().get(field) != expected
    assert pod_spec(setting(f"{POD}.{path}", value))[field] == expected


def test_containers_of_the_user_stand_before_and_after_ours() -> None:
    first, last = {"name": "first", "image": "a"}, {"name": "last", "image": "b", "stdin": True}
    spec = pod_spec(setting(POD, {"initContainers": [first], "sidecarContainers": [last]}))
    assert spec["initContainers"][0] == first
    assert spec["containers"][-1] == last


def test_volumes_of_the_user_are_mounted_into_the_syncer() -> None:
    volume, mount = {"name": "ca", "configMap": {"name": "ca"}}, {"name": "ca", "mountPath": "/ca", "readOnly": True}
    settings = setting(f"{POD}.persistence", {"addVolumes": [volume], "addVolumeMounts": [mount]})
    assert volume in pod_spec(settings)["volumes"]
    assert mount in container(layout.SYNCER_CONTAINER, settings)["volumeMounts"]


def test_probes_keep_our_numbers_except_those_a_file_sets() -> None:
    settings = setting(f"{POD}.probes.readinessProbe", {"periodSeconds": 9})
    ours, theirs = (container(layout.API_SERVER_CONTAINER, item)["readinessProbe"] for item in ({}, settings))
    assert theirs == {**ours, "periodSeconds": 9}


def test_a_probe_can_be_left_out() -> None:
    settings = setting(f"{POD}.probes.livenessProbe.enabled", False)
    for item in pod_spec(settings)["containers"]:
        assert "livenessProbe" not in item
        assert item["name"] == layout.CONTROLLER_MANAGER_CONTAINER or "readinessProbe" in item


def test_security_contexts_lie_over_ours() -> None:
    security = {"podSecurityContext": {"fsGroup": 7}, "containerSecurityContext": {"runAsUser": 7}}
    spec = pod_spec(setting(f"{POD}.security", security))
    assert spec["securityContext"]["fsGroup"] == 7
    for item in (*spec["initContainers"], *spec["containers"]):
        assert item["securityContext"]["runAsUser"] == 7
        assert item["securityContext"]["allowPrivilegeEscalation"] is False


def test_environment_of_distro_and_syncer_are_apart() -> None:
    settings = {
        "controlPlane": {
            "distro": {"k8s": {"env": [{"name": "GOGC", "value": "100"}]}},
            "statefulSet": {"env": [{"name": "X", "value": "1"}]},
        }
    }
    server = {item["name"]: item.get("value") for item in container(layout.API_SERVER_CONTAINER, settings)["env"]}
    ours = {item["name"]: item.get("value") for item in container(layout.SYNCER_CONTAINER, settings)["env"]}
    assert (server["GOGC"], "X" in server) == ("100", False)
    assert (ours["X"], "GOGC" in ours) == ("1", False)


def test_resources_of_the_workload_go_to_the_api_server() -> None:
    resources = {"limits": {"memory": "4Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}
    found = container(layout.API_SERVER_CONTAINER, setting(f"{POD}.resources", resources))["resources"]
    assert found["limits"]["memory"] == "4Gi"
    assert found["requests"]["cpu"] == "1"


def test_bootstrap_has_no_cpu_limit_unless_it_is_given_one() -> None:
    assert "cpu" not in container(layout.BOOTSTRAP_CONTAINER)["resources"]["limits"]
    settings = setting("controlPlane.distro.k8s.resources", {"limits": {"cpu": "2"}})
    assert container(layout.BOOTSTRAP_CONTAINER, settings)["resources"]["limits"]["cpu"] == "2"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"privileged": True}, {"privileged": True, "allowPrivilegeEscalation": None, "runAsNonRoot": True}),
        ({"capabilities": {"add": ["SYS_ADMIN"]}}, {"allowPrivilegeEscalation": None}),
        ({"capabilities": {"add": ["NET_ADMIN"]}}, {"allowPrivilegeEscalation": False}),
        ({"runAsUser": 0}, {"runAsUser": 0, "runAsNonRoot": False, "allowPrivilegeEscalation": False}),
        ({"runAsUser": 0, "runAsNonRoot": True}, {"runAsNonRoot": True}),
    ],
)
@pytest.mark.parametrize("path", [f"{POD}.security.containerSecurityContext", f"{DISTRO}.securityContext"])
def test_what_contradicts_a_given_security_context_gives_way(
    path: str, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = container(layout.API_SERVER_CONTAINER, setting(path, given))["securityContext"]
    assert {key: found.get(key) for key in expected} == expected
