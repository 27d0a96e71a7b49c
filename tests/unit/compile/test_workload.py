"""Which workload carries the pod, and what becomes of its data."""

from __future__ import annotations

import pytest

from tests.unit.compile.compiling import pod_spec, setting, values
from vcluster_config.errors import CompileError

PERSISTENCE = "controlPlane.statefulSet.persistence"


def test_a_claim_makes_a_stateful_set_with_complete_templates() -> None:
    spec = values()["statefulSet"]["spec"]
    assert spec["volumeClaimTemplates"] == [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "data"},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "5Gi"}}},
        }
    ]
    assert spec["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert spec["serviceName"] == values()["headlessService"]["metadata"]["name"]


def test_retention_and_class_follow_the_settings() -> None:
    claim = {"retentionPolicy": "Delete", "storageClass": "fast", "accessModes": ["ReadWriteOnce", "ReadWriteMany"]}
    spec = values(setting(f"{PERSISTENCE}.volumeClaim", claim))["statefulSet"]["spec"]
    assert spec["persistentVolumeClaimRetentionPolicy"]["whenDeleted"] == "Delete"
    assert spec["volumeClaimTemplates"][0]["spec"]["storageClassName"] == "fast"
    assert spec["volumeClaimTemplates"][0]["spec"]["accessModes"] == ["ReadWriteOnce", "ReadWriteMany"]


def test_without_a_claim_a_deployment_never_runs_two_stores_at_once() -> None:
    settings = setting(f"{PERSISTENCE}.volumeClaim.enabled", False)
    found = values(settings)
    assert "statefulSet" not in found
    assert "headlessService" not in found
    assert found["deployment"]["spec"]["strategy"] == {"type": "Recreate"}
    assert {"name": "data", "emptyDir": {}} in pod_spec(settings)["volumes"]


def test_a_store_that_cannot_be_shared_refuses_replicas() -> None:
    with pytest.raises(CompileError, match=r"highAvailability\.replicas: 3 replicas cannot share .*embedded"):
        values(setting("controlPlane.statefulSet.highAvailability.replicas", 3))


def test_two_choices_of_one_thing_are_refused() -> None:
    with pytest.raises(CompileError, match=r"controlPlane\.distro: k8s and k3s are enabled"):
        values(setting("controlPlane.distro", {"k8s": {"enabled": True}, "k3s": {"enabled": True}}))
