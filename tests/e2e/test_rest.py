"""Scenario 6, first half: a virtual cluster in which nothing happens writes nothing, to neither side."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest

from tests.e2e.conftest import Install
from tests.e2e.harness.audit import AuditLog
from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.vcluster import VirtualCluster

REST_SECONDS = 120
ATTEMPTS = 3
_REQUESTS = re.compile(r"^apiserver_request_total\{(.*)\} (\S+)$", re.MULTILINE)
_WRITES = {"POST", "PUT", "PATCH", "APPLY", "DELETE"}


@pytest.fixture(scope="module")
def cluster(install: Install) -> VirtualCluster:
    cluster = install("rest", "e2e-rest", example="quickstart.yaml")
    kubectl = cluster.kubectl()
    kubectl.apply_workload("shop.yaml")
    kubectl.within("shop").ready("deployment/web")
    kubectl.within("kube-system").ready("deployment/coredns")
    return cluster


def test_two_minutes_at_rest_cost_no_write(cluster: VirtualCluster) -> None:
    if cluster.host.devhost is None:
        pytest.skip("the audit log of a foreign host is out of reach")
    virtual = cluster.kubectl()
    ours = AuditLog(cluster.host.devhost.audit_log, cluster.user)
    kubelet = AuditLog(cluster.host.devhost.audit_log, f"system:node:{cluster.host.devhost.node.name}")
    for _ in range(ATTEMPTS):
        _settled(cluster)
        ours.skip()
        kubelet.skip()
        before = writes(virtual)
        time.sleep(REST_SECONDS)  # the very thing that is looked at
        made, mirrored = [call for call in ours.calls() if call.writes], writes(virtual) - before
        if not any(call.writes and call.namespace == cluster.namespace for call in kubelet.calls()):
            assert made == []
            assert mirrored == Counter()
            return
    pytest.fail("pods of the host changed in every window, so nothing was ever at rest")


def _settled(cluster: VirtualCluster) -> None:
    """Wait until start-up and the application have left no work behind."""
    log = AuditLog(cluster.host.devhost.audit_log, cluster.user)  # type: ignore[union-attr]
    virtual = cluster.kubectl()

    def quiet() -> bool:
        log.skip()
        before = writes(virtual)
        time.sleep(5)
        return not any(call.writes for call in log.calls()) and writes(virtual) == before

    eventually(quiet, "all is done")


def writes(kubectl: Kubectl) -> Counter[str]:
    """Answered writes by resource, without the leases by which API servers and controllers show that they live."""
    found: Counter[str] = Counter()
    for labels, count in _REQUESTS.findall(kubectl("get", "--raw", "/metrics")):
        values = dict(re.findall(r'(\w+)="([^"]*)"', labels))
        if values["verb"] in _WRITES and values["resource"] != "leases":
            found[f"{values['verb']} {values['resource']}/{values['subresource']}"] += int(float(count))
    return found
