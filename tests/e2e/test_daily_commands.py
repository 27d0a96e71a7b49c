"""The commands of an ordinary day: watching, waiting, rolling out, looking at events, trying something out."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.reading import read_until
from tests.e2e.harness.shell import CommandFailed
from tests.e2e.harness.vcluster import VirtualCluster

NAMESPACE = "daily"


@pytest.fixture(scope="module")
def daily(shared: VirtualCluster) -> Kubectl:
    kubectl = shared.kubectl().within(NAMESPACE)
    kubectl("create", "namespace", NAMESPACE)
    kubectl("create", "deployment", "web", "--image=busybox:1.36", "--port=8080", "--", *server("one"))
    kubectl.ready("deployment/web")
    return kubectl


def server(word: str) -> tuple[str, ...]:
    return "sh", "-c", f"mkdir /www; echo {word} > /www/word; exec httpd -f -p 8080 -h /www"


def test_a_watch_shows_a_pod_from_its_first_to_its_last_moment(daily: Kubectl) -> None:
    selector = ("get", "pods", "--selector=run=watched", "--watch", "--output-watch-events")
    with daily.process(*selector, stdout=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        daily("run", "watched", "--image=busybox:1.36", "--restart=Never", "--", "sleep", "600")
        seen = read_until(watching.stdout.fileno(), b"Running")
        daily("delete", "pod", "watched", "--grace-period=1")
        seen += read_until(watching.stdout.fileno(), b"DELETED")
    lines = [line.split() for line in seen.decode().splitlines() if "watched" in line]
    states = [line[3] for line in lines]
    assert lines[0][0] == "ADDED"
    assert states.index("Pending") < states.index("ContainerCreating") < states.index("Running")
    assert states.index("Running") < states.index("Terminating")
    assert {line[0] for line in lines} == {"ADDED", "MODIFIED", "DELETED"}


def test_wait_ends_with_what_it_waits_for(daily: Kubectl) -> None:
    with daily.process("wait", "--for=create", "pod/awaited", "--timeout=60s") as coming:
        daily("run", "awaited", "--image=busybox:1.36", "--restart=Never", "--", "sh", "-c", "echo done")
        assert coming.wait(timeout=60) == 0
    daily.wait("jsonpath={.status.phase}=Succeeded", "pod/awaited")
    assert daily("logs", "awaited") == "done"
    with daily.process("wait", "--for=delete", "pod/awaited", "--timeout=60s") as going:
        daily("delete", "pod", "awaited")
        assert going.wait(timeout=60) == 0
    with pytest.raises(CommandFailed, match="timed out"):
        daily("wait", "--for=condition=Ready=false", "pod", "--selector=app=web", "--timeout=1s")


def test_a_rollout_tells_how_it_fares(daily: Kubectl) -> None:
    daily.ready("deployment/web")
    revision = daily.get("deployment/web")["metadata"]["annotations"]["deployment.kubernetes.io/revision"]
    daily("set", "image", "deployment/web", "busybox=registry.example.com/not/there:1")
    with pytest.raises(CommandFailed, match="timed out waiting for the condition"):
        daily("rollout", "status", "deployment/web", "--timeout=3s")
    assert len(daily("rollout", "history", "deployment/web", "--output=name").splitlines()) >= 1
    daily("rollout", "undo", "deployment/web", f"--to-revision={revision}")
    daily.ready("deployment/web")
    assert "successfully rolled out" in daily("rollout", "status", "deployment/web")
    daily("rollout", "pause", "deployment/web")
    daily("set", "env", "deployment/web", "PAUSED=not-yet")
    daily.wait("condition=Progressing=Unknown", "deployment/web")
    assert daily.sh("deployment/web", "echo ${PAUSED:-not-set}") == "not-set"
    daily("rollout", "resume", "deployment/web")
    daily.ready("deployment/web")
    assert daily.sh("deployment/web", "echo $PAUSED") == "not-yet"


def test_events_are_found_for_one_object_by_reason_and_in_order(daily: Kubectl) -> None:
    daily("run", "noted", "--image=busybox:1.36", "--restart=Never", "--", "sleep", "600")
    daily.wait("condition=Ready", "pod/noted")

    def reasons(*arguments: str) -> list[str]:
        return [line.split()[2] for line in daily(*arguments, "--no-headers").splitlines()]

    expected = ["Scheduled", "Pulled", "Created", "Started"]
    eventually(lambda: set(expected) <= set(reasons("events", "--for=pod/noted")), "events of the Pod")
    assert set(reasons("get", "events", "--field-selector=reason=Started,involvedObject.name=noted")) == {"Started"}
    told = daily("describe", "pod", "noted").partition("\nEvents:")[2]
    assert re.findall(rf"Normal +({'|'.join(expected)}) ", told) == expected
    daily("delete", "pod", "noted", "--now")


def test_trying_something_out_leaves_nothing(daily: Kubectl) -> None:
    daily("expose", "deployment/web", "--port=80", "--target-port=8080")
    fetch = "until timeout 5 wget -q -O- http://web/word; do sleep 0.2; done"
    answer = daily(
        "run", "trial", "--rm", "--stdin", "--quiet", "--image=busybox:1.36", "--restart=Never", "--", "sh", "-c", fetch
    )
    assert answer.splitlines()[0] == "one"
    eventually(lambda: "trial" not in daily.names("pods"), "the trial is gone")


def test_logs_of_all_replicas_come_together(daily: Kubectl) -> None:
    daily(
        "create", "deployment", "choir", "--image=busybox:1.36", "--replicas=2", "--", "sh", "-c", "hostname; sleep 600"
    )
    daily.ready("deployment/choir")
    voices = daily("logs", "--selector=app=choir", "--prefix").splitlines()
    assert {line.split()[-1] for line in voices} == daily.names("pods", "--selector=app=choir")
    daily("delete", "deployment", "choir")


def test_a_change_can_be_looked_at_before_it_is_made(daily: Kubectl) -> None:
    wanted = daily("create", "configmap", "settings", "--from-literal=color=blue", "--dry-run=client", "--output=yaml")
    with pytest.raises(CommandFailed) as difference:
        daily("diff", "--filename=-", stdin=wanted.encode())
    assert (difference.value.status, "+  color: blue" in difference.value.output) == (1, True)
    daily("apply", "--server-side", "--filename=-", stdin=wanted.encode())
    assert daily("diff", "--filename=-", stdin=wanted.encode()) == ""
