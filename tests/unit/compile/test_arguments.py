"""A user's flag takes the place of ours, whatever its form, except where the component merges repeated flags."""

from __future__ import annotations

from tests.unit.compile.compiling import container, setting
from vcluster_config.arguments import merged


def test_a_flag_of_the_user_replaces_ours() -> None:
    assert merged(("--a=1", "--b=2"), ["--a=9"]) == ("--b=2", "--a=9")
    assert merged(("--a=1",), ["--a", "9"]) == ("--a", "9")


def test_feature_gates_of_both_sides_count() -> None:
    assert merged(("--feature-gates=X=true",), ["--feature-gates=Y=true"]) == (
        "--feature-gates=X=true",
        "--feature-gates=Y=true",
    )


def test_extra_arguments_reach_each_component() -> None:
    for key, name in (("apiServer", "kube-apiserver"), ("controllerManager", "kube-controller-manager")):
        found = container(name, setting(f"controlPlane.distro.k8s.{key}.extraArgs", ["--v=4"]))
        assert found["args"][-1] == "--v=4"


def test_a_command_replaces_the_whole_command_line() -> None:
    section = {"command": ["sh", "-c"], "extraArgs": ["true"]}
    found = container("kube-apiserver", setting("controlPlane.distro.k8s.apiServer", section))
    assert (found["command"], found["args"]) == (["sh", "-c"], ["true"])
