"""Scenario 2: every kind of workload controller works, with names, order, updates and deletion as users expect."""

from __future__ import annotations

import pytest

from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.vcluster import VirtualCluster


@pytest.fixture(scope="module")
def team(shared: VirtualCluster) -> Kubectl:
    kubectl = shared.kubectl().within("team")
    kubectl("create", "namespace", "team")
    kubectl.apply_workload("controllers.yaml")
    return kubectl


def test_stateful_pods_have_stable_names_in_dns(team: Kubectl) -> None:
    team.ready("statefulset/db")
    fetch = "timeout 5 wget -q -O- http://db-1.db.team.svc.cluster.local:8080/name"
    assert eventually(lambda: team.sh("db-0", fetch), "db-1 is known by name") == "db-1"
    before = team.get("pod/db-1")["metadata"]["uid"]
    team("delete", "pod/db-1")
    team.ready("statefulset/db")
    assert team.get("pod/db-1")["metadata"]["uid"] != before
    assert eventually(lambda: team.sh("db-0", fetch), "the new db-1 has the old name") == "db-1"


def test_jobs_end_as_their_pods_ended(team: Kubectl) -> None:
    team.wait("condition=Complete", "job/sum")
    assert team("logs", "job/sum").splitlines()[-1] == "42"
    team.wait("condition=Failed", "job/fails")
    states = [
        status["state"]["terminated"]["exitCode"]
        for pod in team.items("pods", "--selector=job-name=fails")
        for status in pod["status"]["containerStatuses"]
    ]
    assert states == [3]


def test_a_daemon_set_runs_on_the_nodes_that_are_known(team: Kubectl) -> None:
    eventually(lambda: team.get("daemonset/agent")["status"]["desiredNumberScheduled"], "a node is known")
    team.ready("daemonset/agent")


def test_init_and_sidecar_containers_run_in_order(team: Kubectl) -> None:
    team.wait("condition=Ready", "pod/staged")
    assert team.sh("staged", "cat /steps/log", "--container=main").split() == ["one", "two", "three"]


def test_a_rolling_update_can_be_rolled_back(team: Kubectl) -> None:
    team.ready("deployment/front")
    team("set", "env", "deployment/front", "RELEASE=two")
    team.ready("deployment/front")
    assert team.sh("deployment/front", "echo $RELEASE") == "two"
    team("rollout", "undo", "deployment/front")
    team.ready("deployment/front")
    assert team.sh("deployment/front", "echo $RELEASE") == "one"
    eventually(lambda: len(team.names("pods", "--selector=app=front")) == 2, "old pods are gone")


def test_a_cron_job_starts_its_jobs(team: Kubectl) -> None:
    def finished() -> bool:
        pods = team.items("pods")
        return any(
            pod["metadata"]["name"].startswith("tick-") and pod["status"]["phase"] == "Succeeded" for pod in pods
        )

    eventually(finished, "a tick has run", timeout=100)


def test_a_deleted_namespace_takes_everything_along(team: Kubectl, shared: VirtualCluster) -> None:
    team("delete", "namespace", "team", timeout=180)
    selector = "--selector=vcluster.loft.sh/namespace=team"
    kinds = "pods,services,configmaps,secrets,persistentvolumeclaims,endpoints"
    eventually(lambda: not shared.host_kubectl.items(kinds, selector), "the host has nothing left of it")
