"""The control-plane pod: least rights, right order, and no more restarts than a change needs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.compile.compiling import container, pod_spec, setting, syncer_config, values
from tests.unit.compile.pod_security import restricted
from vcluster_contract import layout

HOST_TOKEN = "host-access"


@pytest.mark.parametrize("settings", [{}, setting("controlPlane.advanced.virtualScheduler.enabled", True)])
def test_the_pod_meets_the_restricted_standard(settings: dict[str, Any]) -> None:
    assert restricted(pod_spec(settings)) == []


def test_the_dns_pod_meets_the_restricted_standard() -> None:
    dns = next(item for item in syncer_config().manifests if item["kind"] == "Deployment")
    assert restricted(dns["spec"]["template"]["spec"]) == []


def test_the_check_itself_complains() -> None:
    settings = setting("controlPlane.statefulSet.security.containerSecurityContext", {"runAsUser": 0})
    assert "syncer: runAsUser" in restricted(pod_spec(settings))


def test_every_container_has_a_read_only_root_and_a_memory_limit() -> None:
    spec = pod_spec()
    for item in (*spec["initContainers"], *spec["containers"]):
        assert item["securityContext"]["readOnlyRootFilesystem"] is True
        assert item["resources"]["limits"]["memory"]
        assert {"cpu", "memory"} <= set(item["resources"]["requests"])


def test_only_our_containers_hold_a_host_token() -> None:
    spec = pod_spec()
    holders = {
        item["name"]
        for item in (*spec["initContainers"], *spec["containers"])
        if HOST_TOKEN in {mount["name"] for mount in item["volumeMounts"]}
    }
    assert holders == {layout.BOOTSTRAP_CONTAINER, layout.SYNCER_CONTAINER}
    assert spec["automountServiceAccountToken"] is False


def controllers(settings: dict[str, Any]) -> list[str]:
    args = container(layout.CONTROLLER_MANAGER_CONTAINER, settings)["args"]
    return next(arg for arg in args if arg.startswith("--controllers=")).removeprefix("--controllers=").split(",")


def test_the_datastore_starts_before_all_others_and_lives_as_long() -> None:
    first, second = pod_spec()["initContainers"]
    assert (first["name"], first["restartPolicy"]) == (layout.KINE_CONTAINER, "Always")
    assert second["name"] == layout.BOOTSTRAP_CONTAINER
    assert "restartPolicy" not in second


def test_the_datastore_is_reached_by_the_api_server_alone() -> None:
    spec = pod_spec()
    mounts = {
        item["name"]
        for item in spec["containers"]
        if layout.DATASTORE_SOCKET_DIR in {mount["mountPath"] for mount in item["volumeMounts"]}
    }
    assert mounts == {layout.API_SERVER_CONTAINER}
    assert f"--listen-address=unix://{layout.KINE_SOCKET}" in container(layout.KINE_CONTAINER)["args"]


def test_every_variable_an_argument_names_is_in_the_environment() -> None:
    for item in pod_spec()["containers"]:
        named = {arg.split("$(")[1].split(")")[0] for arg in item.get("args", []) if "$(" in arg}
        assert named <= {variable["name"] for variable in item.get("env", [])}


def test_every_mount_has_its_volume() -> None:
    found = values()["statefulSet"]["spec"]
    spec = found["template"]["spec"]
    volumes = {item["name"] for item in spec["volumes"]} | {
        item["metadata"]["name"] for item in found["volumeClaimTemplates"]
    }
    used = {mount["name"] for item in (*spec["initContainers"], *spec["containers"]) for mount in item["volumeMounts"]}
    assert used == volumes


@pytest.mark.parametrize(
    "settings",
    [
        setting("sync.fromHost.nodes.enabled", True),
        setting("sync.toHost.pods.enforceTolerations", ["a=b:NoSchedule"]),
        setting("controlPlane.coredns.deployment.replicas", 2),
        setting("controlPlane.proxy.extraSANs", ["api.example.com"]),
        setting("exportKubeConfig.server", "https://api.example.com"),
    ],
    ids=["sync", "pods", "dns", "sans", "kubeconfig"],
)
def test_what_only_the_syncer_reads_restarts_no_pod(settings: dict[str, Any]) -> None:
    assert pod_spec(settings) == pod_spec()
    assert values(settings)["configSecret"] != values()["configSecret"]


def test_what_a_component_reads_changes_its_container_alone() -> None:
    changed = pod_spec(setting("controlPlane.distro.k8s.apiServer.extraArgs", ["--v=4"]))["containers"]
    assert [item["name"] for item, old in zip(changed, pod_spec()["containers"], strict=True) if item != old] == [
        layout.API_SERVER_CONTAINER
    ]


def test_a_virtual_scheduler_is_one_more_container_and_keeps_node_life_cycle() -> None:
    settings = setting("controlPlane.advanced.virtualScheduler.enabled", True)
    assert layout.SCHEDULER_CONTAINER in {item["name"] for item in pod_spec(settings)["containers"]}
    assert "-node-lifecycle-controller" not in controllers(settings)
    assert "-node-lifecycle-controller" in controllers({})


def test_static_admission_is_asked_only_of_servers_that_have_it() -> None:
    gate = "--feature-gates=ManifestBasedAdmissionControlConfig=true"
    assert gate in container(layout.API_SERVER_CONTAINER)["args"]
    older = setting("controlPlane.distro.k8s.version", "v1.35.4")
    assert gate not in container(layout.API_SERVER_CONTAINER, older)["args"]
