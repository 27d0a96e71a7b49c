"""The chart under Helm 3 and Helm 4: it renders what was compiled and answers everything else with help."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.chart.conftest import EXAMPLES, Helm
from tests.unit.compile.compiling import compiled, setting
from vcluster_config.compile import CompiledChart, chart_folder, compile_config
from vcluster_config.compile.yaml_out import dump
from vcluster_config.model import Config

pytestmark = pytest.mark.helm

GOLDEN = Path(__file__).parent / "golden"


def compile_file(path: Path) -> CompiledChart:
    return compile_config(Config.model_validate(YAML(typ="safe").load(path)))


def by_identity(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(documents, key=lambda item: (item["kind"], item["metadata"]["name"]))


@pytest.fixture
def values(tmp_path: Path) -> Path:
    return compiled().write_values(tmp_path)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_rendered_examples_are_as_reviewed(helm: Helm, example: Path, tmp_path: Path) -> None:
    rendered = by_identity(helm.template("demo", "team", compile_file(example).write_values(tmp_path)))
    golden = GOLDEN / f"{example.stem}.yaml"
    text = "---\n".join(dump(item) for item in rendered)
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert golden.read_text() == text, "rerun with UPDATE_GOLDEN=1 and review the difference"


def test_lint_is_clean(helm: Helm, values: Path, tmp_path: Path) -> None:
    done = helm.run("lint", "--strict", chart_folder(), "-f", values)
    assert done.returncode == 0, done.stdout + done.stderr
    done = helm.run("lint", "--strict", compiled().write_chart(tmp_path / "chart"))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_chart_with_values_inside_renders_the_same(helm: Helm, values: Path, tmp_path: Path) -> None:
    inside = compiled().write_chart(tmp_path / "chart")
    empty = tmp_path / "empty.yaml"
    empty.write_text("{}\n")
    assert helm.template("demo", "team", empty, inside) == helm.template("demo", "team", values)


def test_rendering_twice_gives_the_same_bytes(helm: Helm, values: Path) -> None:
    first, second = (helm.run("template", "demo", chart_folder(), "-f", values).stdout for _ in range(2))
    assert first == second != ""


def test_the_release_reaches_every_place(helm: Helm, tmp_path: Path) -> None:
    settings = setting("sync.fromHost.nodes.enabled", True)
    rendered = helm.template("demo", "team", compiled(settings).write_values(tmp_path))
    assert "@" not in "".join(str(item) for item in rendered if item["kind"] != "Secret")
    names = {(item["kind"], item["metadata"]["name"]) for item in rendered}
    assert {
        ("StatefulSet", "demo"),
        ("Service", "demo"),
        ("Service", "demo-headless"),
        ("Secret", "vc-config-demo"),
        ("ServiceAccount", "vc-demo"),
        ("ServiceAccount", "vc-workload-demo"),
        ("Role", "vc-demo"),
        ("ClusterRole", "vc-demo-v-team"),
    } <= names
    binding = next(item for item in rendered if item["kind"] == "ClusterRoleBinding")
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "vc-demo", "namespace": "team"}]


def test_a_release_that_looks_like_a_number_stays_text(helm: Helm, values: Path) -> None:
    rendered = helm.template("123", "team", values)
    assert all(item["metadata"]["labels"]["release"] == "123" for item in rendered)


@pytest.mark.parametrize("release", ["a.b", "x" * 53], ids=["dot", "long"])
def test_a_release_that_cannot_name_its_objects_is_refused(helm: Helm, values: Path, release: str) -> None:
    done = helm.run("template", release, chart_folder(), "-f", values)
    assert done.returncode != 0
    assert "does not fit" in done.stderr


def test_the_longest_release_renders(helm: Helm, values: Path) -> None:
    assert helm.template("x" * 52, "team", values)


def test_a_raw_configuration_is_answered_by_the_command_to_run(helm: Helm, tmp_path: Path) -> None:
    raw = tmp_path / "vcluster.yaml"
    raw.write_text("sync:\n  toHost:\n    ingresses:\n      enabled: true\n")
    done = helm.run("template", "demo", chart_folder(), "-f", raw)
    assert done.returncode != 0
    assert "these values are not compiled: run `vcluster-config compile vcluster.yaml -o DIR`" in done.stderr


def test_a_raw_configuration_on_a_compiled_chart_is_answered_too(helm: Helm, tmp_path: Path) -> None:
    raw = tmp_path / "vcluster.yaml"
    raw.write_text("sync:\n  toHost:\n    ingresses:\n      enabled: true\n")
    done = helm.run("template", "demo", compiled().write_chart(tmp_path / "chart"), "-f", raw)
    assert done.returncode != 0
    assert "cannot take sync from a vcluster.yaml" in done.stderr


def test_edited_values_fail_before_they_render(helm: Helm, values: Path, tmp_path: Path) -> None:
    edit = tmp_path / "edit.yaml"
    edit.write_text("statefulSet: {spec: {replicas: many}}\n")
    done = helm.run("template", "demo", chart_folder(), "-f", values, "-f", edit)
    assert done.returncode != 0
    assert "replicas" in done.stderr
