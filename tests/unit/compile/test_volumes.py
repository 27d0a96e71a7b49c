"""Volumes and mounts that the API server would refuse are refused before anything is installed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.config.linting import lint
from vcluster_config.compile import compile_config
from vcluster_config.judged import judge

CONTROL_PLANE = "controlPlane.statefulSet"
ETCD = "controlPlane.backingStore.etcd.deploy.statefulSet"
EXTRA = {"name": "extra", "emptyDir": {}}


def file(path: str, persistence: dict[str, Any]) -> str:
    settings: dict[str, Any] = {"persistence": persistence}
    for key in reversed(path.split(".")):
        settings = {key: settings | ({"enabled": True} if key == "deploy" else {})}
    return json.dumps(settings)


@pytest.mark.parametrize("path", [CONTROL_PLANE, ETCD])
@pytest.mark.parametrize(
    ("persistence", "key", "words"),
    [
        ({"addVolumes": [EXTRA, EXTRA]}, "addVolumes", "two volumes extra"),
        ({"addVolumes": [{"name": "runtime", "emptyDir": {}}]}, "addVolumes", "two volumes runtime"),
        ({"addVolumeMounts": [{"name": "extra", "mountPath": "/x"}]}, "addVolumeMounts", "mounts the volume extra"),
        (
            {"addVolumes": [EXTRA], "addVolumeMounts": [{"name": "extra", "mountPath": "/x"}] * 2},
            "addVolumeMounts",
            "has two mounts at /x",
        ),
    ],
)
def test_what_does_not_fit_is_found_by_the_linter(path: str, persistence: dict[str, Any], key: str, words: str) -> None:
    (found,) = judge(lint(file(path, persistence))).diagnostics
    assert (found.code, found.path) == ("VC299", f"{path}.persistence.{key}")
    assert words in found.message


@pytest.mark.parametrize("path", [CONTROL_PLANE, ETCD])
def test_a_claim_of_another_name_leaves_our_data_without_a_volume(path: str) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    template = {"metadata": {"name": "other"}, "spec": spec}
    (found,) = judge(lint(file(path, {"volumeClaimTemplates": [template]}))).diagnostics
    assert (found.code, found.path) == ("VC299", f"{path}.persistence")
    assert "mounts the volume data" in found.message


@pytest.mark.parametrize("path", [CONTROL_PLANE, ETCD])
def test_volumes_with_their_mounts_and_claims_are_accepted(path: str) -> None:
    mounts = [{"name": "extra", "mountPath": "/x"}, {"name": "data", "mountPath": "/y", "subPath": "y"}]
    report = judge(lint(file(path, {"addVolumes": [EXTRA], "addVolumeMounts": mounts})))
    assert report.diagnostics == []
    assert report.config is not None
    assert compile_config(report.config).values()


@pytest.mark.parametrize("kind", ["initContainers", "sidecarContainers"])
def test_a_mount_of_the_users_container_is_refused_where_it_stands(kind: str) -> None:
    text = f"""
        controlPlane:
          statefulSet:
            {kind}:
              - name: first
                image: a
              - name: second
                image: a
                volumeMounts:
                  - {{name: config, mountPath: /a}}
                  - {{name: extra, mountPath: /b}}
    """
    (found,) = judge(lint(text)).diagnostics
    assert (found.code, found.path) == ("VC299", f"{CONTROL_PLANE}.{kind}[1].volumeMounts[1].name")
    assert (found.span.line, found.span.column) == (10, 20)
    assert "container second mounts the volume extra" in found.message


@pytest.mark.parametrize("kind", ["initContainers", "sidecarContainers"])
@pytest.mark.parametrize("names", [["syncer"], ["bootstrap"], ["extra", "extra"]])
def test_two_containers_of_one_name_are_refused_at_the_later_one(kind: str, names: list[str]) -> None:
    containers = [{"name": name, "image": "a"} for name in names]
    (found,) = judge(lint(json.dumps({"controlPlane": {"statefulSet": {kind: containers}}}))).diagnostics
    assert (found.code, found.path) == ("VC299", f"{CONTROL_PLANE}.{kind}[{len(names) - 1}].name")
