"""Distro k3s: one container that takes our authorities, connects to any datastore and leaves nodes to the host."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.compile.compiling import container, pod_spec, setting, syncer_config, values
from tests.unit.compile.pod_security import restricted
from vcluster_config.errors import CompileError
from vcluster_contract import layout

K3S = setting("controlPlane.distro.k3s.enabled", True)


def with_store(store: dict[str, Any]) -> dict[str, Any]:
    return {"controlPlane": {"distro": {"k3s": {"enabled": True}}, "backingStore": store}}


def args(settings: dict[str, Any]) -> set[str]:
    return set(container(layout.K3S_CONTAINER, settings)["args"])


def test_the_pod_is_k3s_and_the_syncer() -> None:
    spec = pod_spec(K3S)
    assert [item["name"] for item in spec["containers"]] == [layout.K3S_CONTAINER, layout.SYNCER_CONTAINER]
    assert [item["name"] for item in spec["initContainers"]] == [layout.BOOTSTRAP_CONTAINER]
    assert restricted(spec) == []
    assert "statefulSet" in values(K3S)


def test_the_syncer_knows_distro_and_version() -> None:
    config = syncer_config(K3S)
    assert (config.distro, config.kubernetes_version) == ("k3s", "v1.32.1")


def test_it_serves_where_the_service_leads_and_reaches_nodes_through_the_syncer() -> None:
    found = args(K3S)
    assert {"server", "--https-listen-port=8443", "--disable-agent", "--service-cidr=$(SERVICE_CIDR)"} <= found
    assert f"--kube-apiserver-arg=egress-selector-config-file={layout.EGRESS_CONFIG}" in found
    assert "--kube-apiserver-arg=endpoint-reconciler-type=none" in found
    assert any("-persistentvolume-binder-controller" in item for item in found)
    assert "--tls-san=@release@.@namespace@.svc" in found


def test_bootstrap_and_k3s_share_the_data_folder() -> None:
    for name in (layout.BOOTSTRAP_CONTAINER, layout.K3S_CONTAINER):
        assert {"name": "data", "mountPath": layout.DATA_DIR} in container(name, K3S)["volumeMounts"]


def test_the_scheduler_runs_only_when_asked_for() -> None:
    assert "--disable-scheduler" in args(K3S)
    settings = {"controlPlane": {**K3S["controlPlane"], "advanced": {"virtualScheduler": {"enabled": True}}}}
    assert "--disable-scheduler" not in args(settings)


def test_a_token_of_the_user_is_kept_in_a_secret() -> None:
    settings = setting("controlPlane.distro.k3s", {"enabled": True, "token": "hunter2"})
    found = values(settings)
    assert found["tokenSecret"]["stringData"] == {"token": "hunter2"}
    assert "hunter2" not in str(found["statefulSet"])
    assert "tokenSecret" not in values(K3S)


def test_a_remote_database_reaches_k3s_as_environment() -> None:
    store = {"database": {"external": {"enabled": True, "dataSource": "mysql://u:p@tcp(db:3306)/n", "caFile": "/c"}}}
    settings = with_store(store)
    env = {item["name"]: item for item in container(layout.K3S_CONTAINER, settings)["env"]}
    assert env["K3S_DATASTORE_ENDPOINT"]["valueFrom"]["secretKeyRef"]["name"] == "vc-datastore-@release@"
    assert "--datastore-cafile=/c" in args(settings)
    assert "deployment" in values(settings)
    assert {"name": "data", "emptyDir": {}} in pod_spec(settings)["volumes"]


def test_an_etcd_of_ours_is_reached_with_its_certificates() -> None:
    settings = with_store({"etcd": {"embedded": {"enabled": True}}})
    assert {
        "--datastore-endpoint=https://127.0.0.1:2379",
        f"--datastore-cafile={layout.PKI_DIR}/etcd-ca.crt",
        f"--datastore-certfile={layout.PKI_DIR}/apiserver-etcd-client.crt",
    } <= args(settings)
    assert [item["name"] for item in pod_spec(settings)["initContainers"]] == ["bootstrap", "etcd"]


def test_settings_of_k3s_reach_its_container() -> None:
    section = {
        "enabled": True,
        "extraArgs": ["--disable=traefik"],
        "env": [{"name": "X", "value": "1"}],
        "image": {"tag": "v1.31.5-k3s1"},
        "securityContext": {"runAsUser": 7},
    }
    found = container(layout.K3S_CONTAINER, setting("controlPlane.distro.k3s", section))
    assert [item for item in found["args"] if item.startswith("--disable=")] == ["--disable=traefik"]
    assert found["image"] == "rancher/k3s:v1.31.5-k3s1"
    assert {"name": "X", "value": "1"} in found["env"]
    assert found["securityContext"]["runAsUser"] == 7


def test_a_tag_that_tells_no_version_is_refused() -> None:
    with pytest.raises(CompileError, match=r"k3s\.image\.tag: 'latest' is no Kubernetes version"):
        values(setting("controlPlane.distro.k3s", {"enabled": True, "image": {"tag": "latest"}}))
