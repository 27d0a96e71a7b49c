"""Distro k0s: one container under the baseline standard, with a configuration that ``bootstrap`` completes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.compile.compiling import container, pod_spec, setting, syncer_config, values
from tests.unit.compile.pod_security import restricted
from vcluster_config.errors import CompileError
from vcluster_contract import layout

K0S = setting("controlPlane.distro.k0s.enabled", True)
BASELINE = {"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "SETGID", "SETUID"}


def with_store(store: dict[str, Any]) -> dict[str, Any]:
    return {"controlPlane": {"distro": {"k0s": {"enabled": True}}, "backingStore": store}}


def spec(settings: dict[str, Any] = K0S) -> dict[str, Any]:
    found: dict[str, Any] = syncer_config(settings).k0s_config["spec"]
    return found


def test_only_k0s_itself_exceeds_the_restricted_standard_and_stays_within_baseline() -> None:
    assert {complaint.split(":")[0] for complaint in restricted(pod_spec(K0S))} == {"k0s"}
    context = container(layout.K0S_CONTAINER, K0S)["securityContext"]
    assert set(context["capabilities"]["add"]) <= BASELINE
    assert context["capabilities"]["drop"] == ["ALL"]
    assert context["allowPrivilegeEscalation"] is False


def test_it_serves_where_the_service_leads() -> None:
    assert spec()["api"]["port"] == layout.API_SERVER_PORT
    assert spec()["api"]["extraArgs"]["egress-selector-config-file"] == layout.EGRESS_CONFIG
    ports = {spec()["api"]["k0sApiPort"], spec()["api"]["port"], layout.WEBHOOK_PORT, layout.KUBELET_PORT}
    assert len(ports) == 4


def test_the_configuration_of_the_user_replaces_ours() -> None:
    text = "apiVersion: k0s.k0sproject.io/v1beta1\nkind: ClusterConfig\nmetadata: {name: mine}\n"
    assert syncer_config(setting("controlPlane.distro.k0s", {"enabled": True, "config": text})).k0s_config == {
        "apiVersion": "k0s.k0sproject.io/v1beta1",
        "kind": "ClusterConfig",
        "metadata": {"name": "mine"},
    }


def test_the_scheduler_runs_only_when_asked_for() -> None:
    def disabled(settings: dict[str, Any]) -> str:
        args: list[str] = container(layout.K0S_CONTAINER, settings)["args"]
        return next(item for item in args if item.startswith("--disable-components="))

    assert "kube-scheduler" in disabled(K0S)
    settings = {"controlPlane": {**K0S["controlPlane"], "advanced": {"virtualScheduler": {"enabled": True}}}}
    assert "kube-scheduler" not in disabled(settings)


def test_the_place_of_a_database_stays_secret() -> None:
    source = "postgres://user:hunter2@db/name"
    settings = with_store({"database": {"external": {"enabled": True, "dataSource": source}}})
    env = {item["name"]: item for item in container(layout.BOOTSTRAP_CONTAINER, settings)["env"]}
    assert env[layout.DATASTORE_ENV]["valueFrom"]["secretKeyRef"]["name"] == "vc-datastore-@release@"
    found = values(settings)
    del found["datastoreSecret"]
    assert "hunter2" not in str(found)


def test_an_etcd_of_ours_is_an_external_cluster_to_k0s() -> None:
    cluster = spec(with_store({"etcd": {"deploy": {"enabled": True}}}))["storage"]["etcd"]["externalCluster"]
    assert cluster["endpoints"] == ["https://@release@-etcd.@namespace@.svc:2379"]
    assert cluster["clientCertFile"].endswith("/apiserver-etcd-client.crt")


def test_certificates_that_k0s_would_not_read_are_refused() -> None:
    store = {"database": {"external": {"enabled": True, "dataSource": "mysql://u@tcp(db)/n", "caFile": "/ca"}}}
    with pytest.raises(CompileError, match="k0s reads no certificate files for a database"):
        values(with_store(store))


def test_the_syncer_knows_distro_and_version() -> None:
    config = syncer_config(K0S)
    assert (config.distro, config.kubernetes_version) == ("k0s", "v1.30.2")
    assert syncer_config().k0s_config == {}
