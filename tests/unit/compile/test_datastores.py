"""Where the virtual cluster keeps its objects, and where passwords must not show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.compile.compiling import container, pod_spec, setting, syncer_config, values
from tests.unit.compile.pod_security import restricted
from vcluster_config.errors import CompileError
from vcluster_contract import layout

STORE = "controlPlane.backingStore"
SOURCE = "postgres://user:hunter2@db.example.com/name"
REMOTE = setting(f"{STORE}.database.external", {"enabled": True, "dataSource": SOURCE})


def with_replicas(settings: dict[str, Any], replicas: int) -> dict[str, Any]:
    stateful_set = {"highAvailability": {"replicas": replicas}}
    return {"controlPlane": {**settings["controlPlane"], "statefulSet": stateful_set}}


def test_sqlite_lies_on_the_claim() -> None:
    kine = container(layout.KINE_CONTAINER)
    assert any(arg.startswith("--endpoint=sqlite:///data/state.db") for arg in kine["args"])
    assert {"name": "data", "mountPath": "/data"} in kine["volumeMounts"]


def test_a_remote_database_needs_no_claim_and_can_be_shared() -> None:
    found = values(with_replicas(REMOTE, 3))
    assert "statefulSet" not in found
    assert found["deployment"]["spec"]["replicas"] == 3
    assert found["deployment"]["spec"]["strategy"]["type"] == "RollingUpdate"
    assert "publishNotReadyAddresses" not in found["service"]["spec"]


def test_replicas_prefer_other_nodes() -> None:
    terms = pod_spec(with_replicas(REMOTE, 3))["affinity"]["podAntiAffinity"]
    keys = {
        item["podAffinityTerm"]["topologyKey"]: item["weight"]
        for item in terms["preferredDuringSchedulingIgnoredDuringExecution"]
    }
    assert keys == {"kubernetes.io/hostname": 100, "topology.kubernetes.io/zone": 50}
    assert "affinity" not in pod_spec(REMOTE)


def test_replicas_elect_leaders() -> None:
    args = container(layout.CONTROLLER_MANAGER_CONTAINER, with_replicas(REMOTE, 3))["args"]
    assert "--leader-elect=true" in args
    assert "--leader-elect=false" in container(layout.CONTROLLER_MANAGER_CONTAINER)["args"]


def test_the_password_is_in_one_secret_and_nowhere_else() -> None:
    found = values(REMOTE)
    assert found.pop("datastoreSecret")["stringData"] == {"endpoint": SOURCE}
    assert "hunter2" not in json.dumps(found)
    (env,) = container(layout.KINE_CONTAINER, REMOTE)["env"]
    assert env["valueFrom"]["secretKeyRef"] == {"name": "vc-datastore-@release@", "key": "endpoint"}


def test_another_password_restarts_the_pods() -> None:
    other = setting(f"{STORE}.database.external", {"enabled": True, "dataSource": SOURCE.replace("hunter2", "x")})
    annotations = [
        values(item)["deployment"]["spec"]["template"]["metadata"]["annotations"] for item in (REMOTE, REMOTE, other)
    ]
    assert annotations[0] == annotations[1] != annotations[2]


def test_certificates_of_the_database_come_from_the_users_volumes() -> None:
    mount = {"name": "tls", "mountPath": "/tls"}
    settings = {
        "controlPlane": {
            "backingStore": {"database": {"external": {"enabled": True, "dataSource": SOURCE, "caFile": "/tls/ca"}}},
            "statefulSet": {"persistence": {"addVolumes": [{"name": "tls", "secret": {}}], "addVolumeMounts": [mount]}},
        }
    }
    kine = container(layout.KINE_CONTAINER, settings)
    assert "--ca-file=/tls/ca" in kine["args"]
    assert mount in kine["volumeMounts"]


def test_arguments_of_the_user_reach_kine() -> None:
    settings = setting(f"{STORE}.database.embedded", {"enabled": True, "extraArgs": ["--debug"]})
    assert container(layout.KINE_CONTAINER, settings)["args"][-1] == "--debug"


def test_an_embedded_database_with_a_source_is_a_remote_one() -> None:
    section = {"enabled": True, "dataSource": "mysql://u:p@tcp(db:3306)/n"}
    assert "deployment" in values(setting(f"{STORE}.database.embedded", section))


def test_an_external_etcd_is_dialled_by_the_api_server_itself() -> None:
    section = {
        "enabled": True,
        "endpoint": "etcd.example.com:2379",
        "tls": {"caFile": "/e/ca", "certFile": "/e/crt", "keyFile": "/e/key"},
    }
    settings = setting(f"{STORE}.etcd.external", section)
    assert [item["name"] for item in pod_spec(settings)["initContainers"]] == [layout.BOOTSTRAP_CONTAINER]
    args = container(layout.API_SERVER_CONTAINER, settings)["args"]
    assert "--etcd-servers=https://etcd.example.com:2379" in args
    assert {"--etcd-cafile=/e/ca", "--etcd-certfile=/e/crt", "--etcd-keyfile=/e/key"} <= set(args)


def test_an_external_database_without_a_place_is_refused() -> None:
    with pytest.raises(CompileError, match=r"database\.external\.dataSource: is empty"):
        values(setting(f"{STORE}.database.external.enabled", True))


def test_two_stores_are_refused() -> None:
    store = {"database": {"external": {"enabled": True}, "embedded": {"enabled": True}}}
    with pytest.raises(CompileError, match=r"database\.embedded and database\.external are enabled"):
        values(setting(STORE, store))


EMBEDDED = setting(f"{STORE}.etcd.embedded.enabled", True)


def test_embedded_etcd_starts_after_its_certificates_and_before_the_api_server() -> None:
    first, second = pod_spec(EMBEDDED)["initContainers"]
    assert (first["name"], second["name"]) == (layout.BOOTSTRAP_CONTAINER, layout.ETCD_CONTAINER)
    assert second["restartPolicy"] == "Always"
    assert second["startupProbe"]["httpGet"]["port"] == layout.ETCD_METRICS_PORT
    assert syncer_config(EMBEDDED).etcd == "embedded"


def test_members_know_each_other_by_the_names_of_their_pods() -> None:
    args = container(layout.ETCD_CONTAINER, with_replicas(EMBEDDED, 3))["args"]
    host = "@release@-headless.@namespace@.svc:2380"
    assert f"--initial-advertise-peer-urls=https://$(POD_NAME).{host}" in args
    members = ",".join(f"@release@-{i}=https://@release@-{i}.{host}" for i in range(3))
    assert f"--initial-cluster={members}" in args
    ports = values(with_replicas(EMBEDDED, 3))["headlessService"]["spec"]["ports"]
    assert 2380 in {port["port"] for port in ports}


def test_clients_reach_an_embedded_member_by_loopback_and_certificate_only() -> None:
    args = set(container(layout.ETCD_CONTAINER, EMBEDDED)["args"])
    assert "--listen-client-urls=https://127.0.0.1:2379" in args
    assert {"--client-cert-auth=true", "--peer-client-cert-auth=true"} <= args
    server = set(container(layout.API_SERVER_CONTAINER, EMBEDDED)["args"])
    assert "--etcd-servers=https://127.0.0.1:2379" in server


def test_members_keep_their_names_even_without_claims() -> None:
    settings = {
        "controlPlane": {
            **EMBEDDED["controlPlane"],
            "statefulSet": {"persistence": {"volumeClaim": {"enabled": False}}},
        }
    }
    spec = values(settings)["statefulSet"]["spec"]
    assert "volumeClaimTemplates" not in spec
    assert {"name": "data", "emptyDir": {}} in spec["template"]["spec"]["volumes"]


def test_members_that_start_one_by_one_would_wait_for_ever() -> None:
    settings = with_replicas(EMBEDDED, 3)
    settings["controlPlane"]["statefulSet"]["scheduling"] = {"podManagementPolicy": "OrderedReady"}
    with pytest.raises(CompileError, match=r"podManagementPolicy: members of etcd need each other"):
        values(settings)


def test_settings_of_embedded_etcd_reach_its_command_line() -> None:
    section = {"enabled": True, "snapshotCount": 5000, "extraArgs": ["--quota-backend-bytes=8589934592"]}
    args = container(layout.ETCD_CONTAINER, setting(f"{STORE}.etcd.embedded", section))["args"]
    assert {"--snapshot-count=5000", "--quota-backend-bytes=8589934592"} <= set(args)


@pytest.mark.parametrize("settings", [EMBEDDED, REMOTE], ids=["etcd", "kine"])
def test_every_datastore_meets_the_restricted_standard(settings: dict[str, Any]) -> None:
    assert restricted(pod_spec(settings)) == []


DEPLOYED = setting(f"{STORE}.etcd.deploy", {"enabled": True})


def deployed(section: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    settings = setting(f"{STORE}.etcd.deploy", {"enabled": True, **section})
    return {(item["kind"], item["metadata"]["name"]): item for item in values(settings)["extraObjects"]}


def test_deployed_etcd_is_a_workload_of_its_own_under_its_own_labels() -> None:
    found = deployed({"statefulSet": {"highAvailability": {"replicas": 3}}})
    assert set(found) == {
        ("StatefulSet", "@release@-etcd"),
        ("Service", "@release@-etcd"),
        ("Service", "@release@-etcd-headless"),
    }
    selector = {"app": "vcluster-etcd", "release": "@release@"}
    spec = found["StatefulSet", "@release@-etcd"]["spec"]
    assert spec["replicas"] == 3
    assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"] == selector
    assert found["Service", "@release@-etcd"]["spec"]["selector"] == selector
    assert found["Service", "@release@-etcd-headless"]["spec"]["publishNotReadyAddresses"] is True
    assert "deployment" in values(DEPLOYED)


def test_pods_of_the_deployed_etcd_have_no_rights_and_least_privileges() -> None:
    pod = deployed({})["StatefulSet", "@release@-etcd"]["spec"]["template"]["spec"]
    assert restricted(pod) == []
    assert pod["automountServiceAccountToken"] is False
    assert "host-access" not in {item["name"] for item in pod["volumes"]}
    (bootstrap,) = pod["initContainers"]
    assert bootstrap["command"] == ["vcluster-syncer", "bootstrap-etcd"]


def test_the_api_server_calls_the_service_or_the_members_where_there_is_none() -> None:
    args = container(layout.API_SERVER_CONTAINER, DEPLOYED)["args"]
    assert "--etcd-servers=https://@release@-etcd.@namespace@.svc:2379" in args
    without = setting(f"{STORE}.etcd.deploy", {"enabled": True, "service": {"enabled": False}})
    args = container(layout.API_SERVER_CONTAINER, without)["args"]
    assert "--etcd-servers=https://@release@-etcd-headless.@namespace@.svc:2379" in args
    assert ("Service", "@release@-etcd") not in deployed({"service": {"enabled": False}})


def test_settings_of_the_deployed_etcd_reach_its_pods() -> None:
    section = {
        "extraArgs": ["--snapshot-count=5000"],
        "env": [{"name": "X", "value": "1"}],
        "resources": {"requests": {"cpu": "1"}},
        "security": {"containerSecurityContext": {"runAsUser": 7}},
        "persistence": {"volumeClaim": {"size": "9Gi", "retentionPolicy": "Delete"}},
        "scheduling": {"nodeSelector": {"a": "b"}},
    }
    spec = deployed({"statefulSet": section})["StatefulSet", "@release@-etcd"]["spec"]
    member = spec["template"]["spec"]["containers"][0]
    assert member["args"][-1] == "--snapshot-count=5000"
    assert {"name": "X", "value": "1"} in member["env"]
    assert member["resources"]["requests"]["cpu"] == "1"
    assert member["securityContext"]["runAsUser"] == 7
    assert spec["template"]["spec"]["nodeSelector"] == {"a": "b"}
    assert spec["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"] == "9Gi"
    assert spec["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Delete"
