"""What changes under a running Pod reaches it without a restart: its resources, and its token before that ends."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.shell import CommandFailed
from tests.e2e.harness.vcluster import VirtualCluster

NAMESPACE = "running"
TIMES = "vcluster.loft.sh/token-times"
LONG_AGO = "2000-01-01T00:00:00Z"
TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
NODE_CORES = 16
"""What a virtual node says to have; its API server knows no more."""


@pytest.fixture(scope="module")
def running(shared: VirtualCluster) -> Kubectl:
    kubectl = shared.kubectl().within(NAMESPACE)
    kubectl("create", "namespace", NAMESPACE)
    return kubectl


@pytest.fixture
def grows(running: Kubectl) -> Iterator[Kubectl]:
    running.apply_workload("resize.yaml")
    running.wait("condition=Ready", "pod/grows")
    yield running
    running("delete", "pod/grows")


def resize(kubectl: Kubectl, resources: dict[str, dict[str, str]]) -> None:
    change = {"spec": {"containers": [{"name": "app", "resources": resources}]}}
    kubectl("patch", "pod", "grows", "--subresource=resize", f"--patch={json.dumps(change)}")


def app(pod: dict[str, Any], field: str) -> dict[str, Any]:
    """The only container's part of ``spec`` or ``status``."""
    part: dict[str, Any] = (pod["spec"]["containers"] if field == "spec" else pod["status"]["containerStatuses"])[0]
    return part


def test_a_resize_reaches_the_container_without_a_restart(grows: Kubectl, shared: VirtualCluster) -> None:
    before = app(grows.get("pod/grows"), "status")
    wanted = {"requests": {"cpu": "80m", "memory": "24Mi"}, "limits": {"cpu": "200m", "memory": "48Mi"}}
    resize(grows, wanted)

    def resized() -> bool:
        return bool(app(grows.get("pod/grows"), "status")["resources"] == wanted)

    eventually(resized, "the status tells the new resources")
    pod = grows.get("pod/grows")
    after = app(pod, "status")
    assert (after["containerID"], after["restartCount"]) == (before["containerID"], 0)
    assert after["allocatedResources"] == wanted["requests"]
    assert pod["status"]["observedGeneration"] == pod["metadata"]["generation"]
    assert not {item["type"] for item in pod["status"]["conditions"]} & {"PodResizePending", "PodResizeInProgress"}
    host = shared.host_kubectl.get(f"pod/{shared.translated('grows', NAMESPACE)}")
    assert app(host, "spec")["resources"] == wanted


def test_a_resize_that_the_host_refuses_is_told(grows: Kubectl, shared: VirtualCluster) -> None:
    node = shared.host.kubectl.get(f"node/{grows.get('pod/grows')['spec']['nodeName']}")
    cores = int(node["status"]["allocatable"]["cpu"])
    if cores >= NODE_CORES:
        pytest.skip("the virtual API server refuses as much by itself")
    resize(grows, {"requests": {"cpu": str(cores + 1)}, "limits": {"cpu": str(cores + 1)}})

    def told() -> list[str]:
        return [event["message"] for event in grows.items("events", "--field-selector=reason=SyncWarning")]

    assert "the host cluster refuses the new resources" in eventually(told, "an Event tells it")[0]
    status = app(grows.get("pod/grows"), "status")
    assert (status["resources"]["limits"]["cpu"], status["restartCount"]) == ("100m", 0)


def claims(token: str) -> dict[str, Any]:
    """What a JSON Web Token says (RFC 7519)."""
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def renew(shared: VirtualCluster, secret: str) -> None:
    """As if eight of the ten minutes had passed: the record that the syncer keeps says that a fresh token is due."""
    host = shared.host_kubectl

    def recorded() -> dict[str, dict[str, str]]:
        times: dict[str, dict[str, str]] = json.loads(host.get(f"secret/{secret}")["metadata"]["annotations"][TIMES])
        return times

    due = {key: times | {"refresh": LONG_AGO} for key, times in recorded().items()}
    host("annotate", "secret", secret, "--overwrite", f"{TIMES}={json.dumps(due)}")
    eventually(lambda: all(times["refresh"] > LONG_AGO for times in recorded().values()), "a fresh token")


def test_a_token_is_replaced_before_it_ends(running: Kubectl, shared: VirtualCluster) -> None:
    running.apply_workload("token.yaml")
    running.wait("condition=Ready", "pod/reader")
    first = running.sh("reader", f"cat {TOKEN}")
    assert claims(first)["exp"] - claims(first)["iat"] == 600
    renew(shared, shared.translated("reader-sa-token", NAMESPACE))
    # The kubelet looks once a minute, and at once when the Pod changes.
    running("annotate", "pod/reader", "example.com/look=now")

    def replaced() -> str:
        token = running.sh("reader", f"cat {TOKEN}")
        return token if token != first else ""

    second = eventually(replaced, "the file holds the fresh token", timeout=120)
    # All of this may happen within one second, so that both end at the same time.
    assert claims(second)["jti"] != claims(first)["jti"]
    assert claims(second)["exp"] >= claims(first)["exp"]
    assert claims(second)["kubernetes.io"]["pod"]["uid"] == running.get("pod/reader")["metadata"]["uid"]
    who = json.loads(running("exec", "reader", "--", "kubectl", "auth", "whoami", "--output=json"))
    assert who["status"]["userInfo"]["username"] == f"system:serviceaccount:{NAMESPACE}:reader"
    assert "pod/reader" in running("exec", "reader", "--", "kubectl", "get", "pods", "--output=name").splitlines()
    assert running.get("pod/reader")["status"]["containerStatuses"][0]["restartCount"] == 0


def test_a_token_dies_with_its_pod(running: Kubectl) -> None:
    running.apply_workload("token.yaml")
    running.wait("condition=Ready", "pod/reader")
    token = running.sh("reader", f"cat {TOKEN}")
    access = ("--kubeconfig=/dev/null", f"--server={server(running)}", "--insecure-skip-tls-verify", f"--token={token}")
    assert "pod/reader" in running("get", "pods", "--output=name", *access).splitlines()
    running("delete", "pod/reader")

    def answer() -> str:
        try:
            return running("get", "pods", "--output=name", *access)
        except CommandFailed as error:
            return error.output

    eventually(lambda: "must be logged in" in answer() or "Unauthorized" in answer(), "the token is good for nothing")


def server(kubectl: Kubectl) -> str:
    return kubectl("config", "view", "--minify", "--output=jsonpath={.clusters[0].cluster.server}")
