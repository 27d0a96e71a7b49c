"""The control plane itself: installed by every Helm, restricted, connected to as its notes say, changed in place."""

from __future__ import annotations

import base64
import re
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Install
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.host import HostCluster
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.vcluster import VirtualCluster

NAMESPACE = "e2e-control-plane"
EXPORTS = {
    "exportKubeConfig": {
        "additionalSecrets": [{"name": "for-ci", "serviceAccount": {"name": "ci", "clusterRole": "view"}}],
    }
}


@pytest.fixture(scope="module")
def cluster(install: Install, host: HostCluster) -> VirtualCluster:
    labels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    host.kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}})
    return install("plane", NAMESPACE, example="quickstart.yaml", settings=EXPORTS, helm=host.helms[0])


def test_everything_runs_where_restricted_is_enforced(cluster: VirtualCluster) -> None:
    cluster.kubectl().within("kube-system").ready("deployment/coredns")
    pods = cluster.host_kubectl.items("pods")
    assert {pod["status"]["phase"] for pod in pods} == {"Running"}
    enforced = cluster.host.kubectl.get(f"namespace/{NAMESPACE}")["metadata"]["labels"]
    assert enforced["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_notes_connect(cluster: VirtualCluster, tmp_path: Path) -> None:
    notes = cluster.notes()
    script = "\n".join(line.strip() for line in notes.splitlines() if line.startswith("  kubectl"))
    script = script.replace("8443:443", f"{_free_port()}:443")
    port = re.findall(r"(\d+):443", script)[0]
    script = script.replace(
        "\nkubectl --kubeconfig", f"\nsed -i s/:8443/:{port}/ *.kubeconfig\nsleep 2\nkubectl --kubeconfig"
    )
    kubectl = cluster.host.kubectl
    environment = {
        "PATH": f"{kubectl.binary.parent}:/usr/bin:/bin",
        "KUBECONFIG": str(kubectl.kubeconfig),
        "HOME": str(tmp_path),
    }
    done = subprocess.run(
        ["bash", "-ec", f"trap 'kill $(jobs -p)' EXIT\n{script}"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "kube-system" in done.stdout, done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_a_service_account_can_take_the_place_of_the_administrator(cluster: VirtualCluster, tmp_path: Path) -> None:
    data = eventually(lambda: cluster.host_kubectl.get("secret/for-ci"), "the second export is there")["data"]
    config = base64.b64decode(data["config"]).decode().replace("https://localhost:8443", cluster.address)
    (tmp_path / "config").write_text(config)
    visitor = Kubectl(cluster.host.kubectl.binary, tmp_path / "config")
    assert "system:serviceaccount:kube-system:ci" in visitor("auth", "whoami", "--output=json")
    assert visitor.names("pods", "--all-namespaces")
    assert visitor("auth", "can-i", "list", "pods", "--all-namespaces") == "yes"


def test_a_setting_of_the_syncer_restarts_only_the_syncer(cluster: VirtualCluster) -> None:
    before = _containers(cluster)
    uid = cluster.host_kubectl.get(f"pod/{cluster.pod}")["metadata"]["uid"]
    exported = cluster.host_kubectl.get(f"secret/vc-{cluster.name}")["data"]
    cluster.settings = EXPORTS | {"sync": {"toHost": {"serviceAccounts": {"enabled": True}}}}
    cluster.install()
    cluster.look()

    def restarted() -> bool:
        return _containers(cluster)["syncer"] != before["syncer"]

    eventually(restarted, "the syncer runs with the new configuration", timeout=180)
    cluster.ready()
    after = _containers(cluster)
    assert {name for name in before if before[name] != after[name]} == {"syncer"}
    assert cluster.host_kubectl.get(f"pod/{cluster.pod}")["metadata"]["uid"] == uid
    assert cluster.host_kubectl.get(f"secret/vc-{cluster.name}")["data"] == exported


def _containers(cluster: VirtualCluster) -> dict[str, Any]:
    status = cluster.host_kubectl.get(f"pod/{cluster.pod}")["status"]
    found = [*status["containerStatuses"], *status["initContainerStatuses"]]
    return {item["name"]: item["containerID"] for item in found}


def test_a_recreated_pod_keeps_kubeconfigs_valid(cluster: VirtualCluster) -> None:
    exported = cluster.host_kubectl.get(f"secret/vc-{cluster.name}")["data"]
    cluster.host_kubectl("delete", "pod", cluster.pod)
    cluster.ready()
    eventually(lambda: cluster.kubectl()("get", "namespaces"), "the old kubeconfig is still good")
    assert cluster.host_kubectl.get(f"secret/vc-{cluster.name}")["data"] == exported


def test_services_get_equal_addresses_however_they_are_made(cluster: VirtualCluster) -> None:
    kubectl = cluster.kubectl()
    kubectl("create", "service", "nodeport", "web", "--tcp=80:8080")
    kubectl("create", "service", "externalname", "out", "--external-name=example.com")
    patch = '{"spec": {"type": "ClusterIP", "externalName": null, "ports": [{"port": 80}]}}'
    kubectl("patch", "service", "out", "--type=merge", f"--patch={patch}")
    for name in ("web", "out"):
        virtual = kubectl.get(f"service/{name}")["spec"]
        host = cluster.host_kubectl.get(f"service/{cluster.translated(name)}")["spec"]
        assert (virtual["clusterIP"], virtual["ports"]) == (host["clusterIP"], host["ports"])
        assert virtual["clusterIP"]
