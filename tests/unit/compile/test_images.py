"""Which image runs follows from four settings; the closest one wins."""

from __future__ import annotations

import pytest

from tests.unit.compile.compiling import container, pod_spec, setting, syncer_config
from vcluster_config.errors import CompileError
from vcluster_config.images import reference, with_default_registry

K8S = "controlPlane.distro.k8s"


def test_version_chooses_all_components_and_takes_a_missing_v() -> None:
    settings = setting(f"{K8S}.version", "1.35.4")
    assert container("kube-apiserver", settings)["image"] == "registry.k8s.io/kube-apiserver:v1.35.4"
    assert container("kube-controller-manager", settings)["image"].endswith(":v1.35.4")
    assert syncer_config(settings).kubernetes_version == "v1.35.4"


def test_a_components_own_tag_wins_over_version() -> None:
    settings = setting(K8S, {"version": "v1.35.4", "apiServer": {"image": {"tag": "v1.36.3"}}})
    assert container("kube-apiserver", settings)["image"].endswith(":v1.36.3")


def test_a_tag_that_tells_no_version_needs_the_version() -> None:
    with pytest.raises(CompileError, match=r"controlPlane\.distro\.k8s\.version: 'mine' is no Kubernetes version"):
        pod_spec(setting(f"{K8S}.apiServer.image.tag", "mine"))


def test_the_default_registry_stands_before_every_image() -> None:
    settings = setting("controlPlane.advanced.defaultImageRegistry", "mirror.example.com/")
    spec = pod_spec(settings)
    dns = next(item for item in syncer_config(settings).manifests if item["kind"] == "Deployment")
    containers = (*spec["initContainers"], *spec["containers"], *dns["spec"]["template"]["spec"]["containers"])
    assert all(item["image"].startswith("mirror.example.com/") for item in containers)
    assert not any("//" in item["image"] or "registry.k8s.io" in item["image"] for item in containers)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("coredns/coredns:1", "r.io/coredns/coredns:1"),
        ("docker.io/coredns/coredns:1", "r.io/coredns/coredns:1"),
        ("localhost/x", "r.io/x"),
        ("alpine", "r.io/alpine"),
    ],
)
def test_a_registry_host_is_replaced_and_a_path_is_kept(image: str, expected: str) -> None:
    assert with_default_registry(image, "r.io") == expected


def test_parts_that_are_empty_leave_no_separator() -> None:
    assert reference("", "a/b", "1") == "a/b:1"
    assert reference("r.io", "a", "") == "r.io/a"
