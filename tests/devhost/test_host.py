"""A host must come up from the cache, run pods, survive its API server's death and end without a trace."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from devhost import addons, nodes
from devhost.errors import HostError
from devhost.host import Host

pytestmark = [pytest.mark.devhost, pytest.mark.timeout(1800)]

PAGE = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: page}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: page, labels: {app: page}}
spec:
  securityContext: {runAsUser: 12345, fsGroup: 12345, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  terminationGracePeriodSeconds: 0
  containers:
  - name: httpd
    image: busybox:1.36
    imagePullPolicy: Always
    command: [sh, -c, "echo hello > /page/index.html; exec httpd -f -p 8080 -h /page"]
    readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
    volumeMounts: [{name: page, mountPath: /page}]
  volumes: [{name: page, persistentVolumeClaim: {claimName: page}}]
---
apiVersion: v1
kind: Service
metadata: {name: page-service}
spec: {selector: {app: page}, ports: [{port: 80, targetPort: 8080}]}
"""


def traces(host: Host) -> list[str]:
    """Everything on the machine that a host of this plan makes outside its namespaces."""
    processes = [
        entry.name
        for entry in Path("/proc").iterdir()
        if entry.name.isdigit() and str(host.plan.state) in _command(entry)
    ]
    cgroups = [str(path) for path in Path("/sys/fs/cgroup").glob(f"**/{host.plan.cgroup}")]
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if str(host.plan.state) in line]
    links = [link.name for link in Path("/sys/class/net").iterdir() if link.name == host.plan.outer_link]
    routes = [line for line in Path("/proc/net/route").read_text().splitlines() if host.plan.outer_link in line]
    state = [str(host.plan.state)] if host.plan.state.exists() else []
    return [*processes, *cgroups, *mounts, *links, *routes, *state]


def _command(entry: Path) -> str:
    try:
        return (entry / "cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


@pytest.fixture(scope="module")
def host() -> Iterator[Host]:
    made = Host(f"test-{os.getpid()}")
    made.up()
    yield made
    made.down()


def test_up_again_changes_nothing(host: Host) -> None:
    before = {name: known["pid"] for name, known in host.status().components.items()}
    host.up()
    after = host.status()
    assert {name: known["pid"] for name, known in after.components.items()} == before
    assert all(known["ready"] for known in after.components.values())


def test_a_pod_with_a_volume_serves_through_its_name(host: Host) -> None:
    kubectl = host.kubectl()
    kubectl.run("apply", "-f", "-", stdin=PAGE)
    kubectl.run("wait", "--for=condition=Ready", "pod/page", "--timeout=60s")
    command = "timeout 5 wget -qO- http://page-service.default.svc.cluster.local"
    assert kubectl.run("exec", "page", "--", "sh", "-c", command) == "hello\n"


def test_names_outside_are_answered_at_once(host: Host) -> None:
    answer = host.kubectl().run("exec", "page", "--", "sh", "-c", "nslookup example.com || true")
    assert "NXDOMAIN" in answer


def test_requests_are_in_the_audit_log(host: Host) -> None:
    host.kubectl().run("create", "configmap", "audited")
    events = [json.loads(line) for line in host.audit_log.read_text().splitlines()]
    found = [event for event in events if event.get("objectRef", {}).get("name") == "audited"]
    assert [event["verb"] for event in found] == ["create"]


def test_the_api_server_can_be_killed_and_started_again(host: Host) -> None:
    uid = host.kubectl().run("get", "pod", "page", "-o", "jsonpath={.metadata.uid}")
    host.stop("kube-apiserver", grace=0)
    with pytest.raises(HostError, match="refused"):
        host.kubectl().run("get", "pods")
    host.start("kube-apiserver")
    assert host.kubectl().run("get", "pod", "page", "-o", "jsonpath={.metadata.uid}") == uid


def test_a_dockerfile_becomes_an_image_that_pods_can_pull(host: Host, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("ARG BASE\nFROM ${BASE}\nRUN echo built > /word\nUSER 65532\n")
    host.build_image(tmp_path, tag="ghcr.io/example/word:v1", build_args={"BASE": "busybox:1.36"})
    arguments = ("run", "word", "--image=ghcr.io/example/word:v1", "--restart=Never", "--rm", "--attach", "--quiet")
    assert host.kubectl().run(*arguments, "--", "cat", "/word").startswith("built")


EVERYWHERE = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: everywhere}
spec:
  selector: {matchLabels: {app: everywhere}}
  template:
    metadata: {labels: {app: everywhere}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: httpd
        image: busybox:1.36
        command: [sh, -c, "hostname > /tmp/index.html; exec httpd -f -p 8080 -h /tmp"]
        readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
"""


def test_a_second_node_runs_pods_that_reach_the_first_ones(host: Host) -> None:
    second = nodes.add(host)
    kubectl = host.kubectl()
    kubectl.run("apply", "-f", "-", stdin=EVERYWHERE)
    kubectl.run("rollout", "status", "daemonset/everywhere", "--timeout=60s")
    pods = json.loads(kubectl.run("get", "pods", "--selector=app=everywhere", "-o", "json"))["items"]
    here, there = sorted(pods, key=lambda pod: pod["spec"]["nodeName"])
    assert there["spec"]["nodeName"] == second.name
    command = f"timeout 5 wget -qO- http://{there['status']['podIP']}:8080"
    assert kubectl.run("exec", here["metadata"]["name"], "--", "sh", "-c", command).strip() == there["metadata"]["name"]
    kubectl.run("delete", "daemonset", "everywhere")
    nodes.remove(host)
    assert second.name not in kubectl.run("get", "nodes")


PLAYED = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: played}
spec:
  replicas: 20
  selector: {matchLabels: {app: played}}
  template:
    metadata: {labels: {app: played}}
    spec:
      nodeSelector: {type: kwok}
      tolerations: [{key: kwok.x-k8s.io/node, operator: Exists}]
      containers: [{name: nothing, image: nothing}]
"""


def test_kwok_plays_nodes_and_their_pods(host: Host) -> None:
    addons.switch(host, "kwok", on=True, nodes=2)
    kubectl = host.kubectl()
    kubectl.run("apply", "-f", "-", stdin=PLAYED)
    kubectl.run("rollout", "status", "deployment/played", "--timeout=60s")
    kubectl.run("delete", "deployment", "played", "--cascade=foreground", "--wait")
    addons.switch(host, "kwok", on=False)
    assert "kwok" not in kubectl.run("get", "nodes")


def test_an_unknown_component_is_named_together_with_the_known_ones(host: Host) -> None:
    with pytest.raises(HostError, match=r"no component 'kubelt'; there are: .*kubelet"):
        host.start("kubelt")


def test_a_second_host_on_the_same_index_is_refused(host: Host) -> None:
    other = Host(f"test-{os.getpid()}-2", host.plan.index)
    try:
        with pytest.raises(HostError, match=f"another host has index {host.plan.index}"):
            other.up()
        assert not other.running()
    finally:
        other.down()
    assert host.status().running
    host.kubectl().run("get", "nodes")


def test_kept_state_is_found_again(host: Host) -> None:
    kubectl = host.kubectl()
    kubectl.run("create", "configmap", "kept")
    host.down(keep=True)
    host.up()
    kubectl.run("get", "configmap", "kept")
    kubectl.run("wait", "--for=condition=Ready", "pod/page", "--timeout=90s")


def test_a_host_that_ended_without_down_starts_afresh(host: Host) -> None:
    host.down(keep=True)
    (host.plan.state / "kept").unlink()
    host.up()
    assert "kept" not in host.kubectl().run("get", "configmaps")


def test_down_leaves_nothing(host: Host) -> None:
    assert traces(host)
    assert host.down()
    assert traces(host) == []
    assert not host.down()
