from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.sim.patches import merge
from tests.unit.translate.pod_samples import container, pod, scope, translated
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.pod_conditions import gate_patch
from vcluster_syncer.translate.pod_status import status_patch, virtual_status

READY = {"type": "Ready", "status": "True", "lastTransitionTime": "2030-01-01T00:00:02Z"}
GATE = {"type": "example.com/gate", "status": "True", "lastTransitionTime": "2030-01-01T00:00:01Z"}


def host_of(virtual: JSON, **status: Any) -> JSON:
    host = copy.deepcopy(translated(virtual))
    host["metadata"] |= {"uid": "host-uid", "resourceVersion": "11", "generation": 3}
    host["status"] = {"phase": "Running", **status}
    return host


def with_status(virtual: JSON, **status: Any) -> JSON:
    return {**virtual, "status": {**virtual["status"], **status}}


def test_the_whole_status_is_copied() -> None:
    status = {
        "phase": "Running",
        "podIP": "10.1.0.3",
        "podIPs": [{"ip": "10.1.0.3"}],
        "hostIP": "192.168.0.2",
        "startTime": "2030-01-01T00:00:00Z",
        "conditions": [READY],
        "containerStatuses": [{"name": "app", "ready": True, "restartCount": 0, "state": {"running": {}}}],
    }
    patch = status_patch(scope(), pod(), host_of(pod(), **status))
    assert patch == {"metadata": {"resourceVersion": "7"}, "status": status}


def test_equal_statuses_need_no_write() -> None:
    virtual = pod()
    host = host_of(virtual, conditions=[READY], podIP="10.1.0.3")
    after = merge(virtual, status_patch(scope(), virtual, host))
    assert status_patch(scope(), after, host) == {}


def test_fields_that_the_host_dropped_are_removed() -> None:
    virtual = with_status(pod(), phase="Running", reason="Old", nominatedNodeName="n")
    changes = status_patch(scope(), virtual, host_of(pod()))["status"]
    assert changes == {"reason": None, "nominatedNodeName": None}


def test_empty_equals_absent() -> None:
    virtual = with_status(pod(), phase="Running")
    assert status_patch(scope(), virtual, host_of(pod(), containerStatuses=[], conditions=[])) == {}


def test_the_quality_of_service_is_the_virtual_pods_own() -> None:
    virtual = with_status(pod(), phase="Running")
    assert status_patch(scope(), virtual, host_of(pod(), qosClass="Burstable")) == {}


def test_containers_that_only_the_host_knows_are_hidden() -> None:
    virtual = pod(initContainers=[container(name="init")], ephemeralContainers=[container(name="debug")])
    host = host_of(
        virtual,
        initContainerStatuses=[{"name": "vcluster-rewrite-hosts"}, {"name": "init"}],
        containerStatuses=[{"name": "istio-proxy"}, {"name": "app"}],
        ephemeralContainerStatuses=[{"name": "host-debug"}, {"name": "debug"}],
    )
    status = virtual_status(scope(), virtual, host)
    assert status["initContainerStatuses"] == [{"name": "init"}]
    assert status["containerStatuses"] == [{"name": "app"}]
    assert status["ephemeralContainerStatuses"] == [{"name": "debug"}]


def test_the_mount_of_the_rewritten_hosts_file_is_hidden() -> None:
    mounts = [{"name": "data", "mountPath": "/d"}, {"name": "vcluster-rewrite-hosts", "mountPath": "/etc/hosts"}]
    host = host_of(pod(), containerStatuses=[{"name": "app", "volumeMounts": mounts}])
    assert virtual_status(scope(), pod(), host)["containerStatuses"][0]["volumeMounts"] == mounts[:1]


def test_readiness_gates_are_not_overwritten_by_the_host() -> None:
    virtual = with_status(pod(readinessGates=[{"conditionType": GATE["type"]}]), conditions=[GATE])
    host = host_of(virtual, conditions=[{**GATE, "status": "False"}, READY])
    assert virtual_status(scope(), virtual, host)["conditions"] == [GATE, READY]


def test_readiness_gates_reach_the_host_alone() -> None:
    virtual = with_status(
        pod(readinessGates=[{"conditionType": GATE["type"]}]),
        conditions=[{**GATE, "observedGeneration": 4}, {**READY, "status": "False"}],
    )
    assert gate_patch(virtual, host_of(virtual, conditions=[READY])) == {"status": {"conditions": [GATE]}}
    assert gate_patch(virtual, host_of(virtual, conditions=[READY, GATE])) == {}
    assert gate_patch(pod(), host_of(pod(), conditions=[GATE])) == {}


def test_a_gate_that_the_user_withdrew_is_withdrawn_on_the_host() -> None:
    virtual = pod(readinessGates=[{"conditionType": GATE["type"]}])
    patch = gate_patch(virtual, host_of(virtual, conditions=[GATE, READY]))
    assert patch == {"status": {"conditions": [{"$patch": "delete", "type": GATE["type"]}]}}


def test_conditions_of_virtual_controllers_stay_and_those_of_the_kubelet_go() -> None:
    disruption = {"type": "DisruptionTarget", "status": "True"}
    virtual = with_status(pod(), conditions=[disruption, {"type": "PodResizePending", "status": "True"}])
    assert virtual_status(scope(), virtual, host_of(pod(), conditions=[READY]))["conditions"] == [disruption, READY]


def test_the_order_of_conditions_causes_no_write() -> None:
    other = {"type": "Initialized", "status": "True"}
    virtual = with_status(pod(), phase="Running", conditions=[other, READY])
    assert status_patch(scope(), virtual, host_of(pod(), conditions=[READY, other])) == {}


def test_the_time_of_binding_is_the_virtual_one() -> None:
    mine, theirs = (
        {"type": "PodScheduled", "status": "True", "lastTransitionTime": f"2030-01-01T00:00:0{second}Z"}
        for second in (1, 2)
    )
    virtual = with_status(pod(), phase="Running", conditions=[mine])
    assert status_patch(scope(), virtual, host_of(pod(), conditions=[theirs])) == {}
    refused = with_status(pod(), conditions=[{**mine, "status": "False"}])
    assert virtual_status(scope(), refused, host_of(pod(), conditions=[theirs]))["conditions"] == [theirs]


@pytest.mark.parametrize(
    ("version", "observed", "expected"),
    [("v1.36.3", 3, 5), ("v1.36.3", 2, 4), ("v1.34.0", 3, 5), ("v1.33.9", 3, None), ("v1.36.3", None, None)],
)
def test_observed_generation_counts_generations_of_the_virtual_pod(
    version: str, observed: int | None, expected: int | None
) -> None:
    virtual = with_status(pod(metadata={"generation": 5}), observedGeneration=4)
    extra = {} if observed is None else {"observedGeneration": observed}
    host = host_of(virtual, conditions=[{**READY, **extra}], **extra)
    status = virtual_status(scope(kubernetesVersion=version), virtual, host)
    assert status.get("observedGeneration") == expected
    assert status["conditions"][0].get("observedGeneration") == expected


@pytest.mark.parametrize(
    "change",
    [
        {"spec": {"activeDeadlineSeconds": 5}},
        {"spec": {"ephemeralContainers": [{"name": "debug"}]}},
        {"metadata": {"deletionTimestamp": "2030-01-01T00:00:00Z"}},
    ],
)
def test_a_change_that_was_not_passed_on_was_not_observed(change: JSON) -> None:
    virtual = with_status(pod(metadata={"generation": 4}), observedGeneration=4)
    host = host_of(virtual, observedGeneration=3)
    assert virtual_status(scope(), virtual, host)["observedGeneration"] == 4
    changed = merge(merge(virtual, change), {"metadata": {"generation": 5}})
    assert virtual_status(scope(), changed, host)["observedGeneration"] == 4


def test_messages_speak_of_virtual_names() -> None:
    virtual = pod(
        volumes=[
            {"name": "v", "persistentVolumeClaim": {"claimName": "data"}},
            {"name": "c", "configMap": {"name": "c"}},
        ]
    )
    host = host_of(
        virtual,
        message='persistentvolumeclaim "data-x-shop-x-vc" not found',
        conditions=[{**READY, "message": "pod tenant/web-0-x-shop-x-vc waits"}],
        containerStatuses=[
            {
                "name": "app",
                "state": {"waiting": {"message": "failed container=app pod=web-0-x-shop-x-vc_tenant(host-uid)"}},
                "lastState": {"terminated": {"message": 'configmap "c-x-shop-x-vc" not found', "exitCode": 1}},
            }
        ],
    )
    status = virtual_status(scope(), virtual, host)
    assert status["message"] == 'persistentvolumeclaim "data" not found'
    assert status["conditions"][0]["message"] == "pod shop/web-0 waits"
    assert status["containerStatuses"][0]["state"] == {
        "waiting": {"message": "failed container=app pod=web-0_shop(uid-web-0)"}
    }
    assert status["containerStatuses"][0]["lastState"] == {
        "terminated": {"message": 'configmap "c" not found', "exitCode": 1}
    }


def test_sums_that_include_injected_containers_are_hidden() -> None:
    sums = {"allocatedResources": {"cpu": "30m"}, "resources": {"requests": {"cpu": "30m"}}}
    status = virtual_status(scope(), pod(), host_of(pod(), **sums))
    assert status["resources"] == sums["resources"]
    with_init = pod(subdomain="web")
    status = virtual_status(scope(), with_init, host_of(with_init, **sums))
    assert "resources" not in status
    assert "allocatedResources" not in status
