"""From a setting forwards to what it decides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.effects.configs import RELEASE, report, values
from vcluster_config.cli import cli
from vcluster_config.effects.forwards import Effects, effects

NODES = "sync: {fromHost: {nodes: {enabled: true}}}"


def found(text: str, setting: str) -> Effects | None:
    return effects(report(text).document, tuple(setting.split(".")), values(text), RELEASE)


def test_a_line_is_compared_with_its_absence() -> None:
    result = found(NODES, "sync.fromHost.nodes.enabled")
    assert result is not None
    assert result.instead is None
    assert {(item.action, item.identity.kind) for item in result.difference.objects} >= {
        ("removed", "ClusterRole"),
        ("changed", "Secret"),
    }


def test_a_default_is_compared_with_another_value() -> None:
    result = found("{}", "sync.fromHost.nodes.enabled")
    assert result is not None
    assert result.instead is True
    assert any(item.action == "added" for item in result.difference.objects)


def test_a_line_that_repeats_its_default_still_decides() -> None:
    result = found("sync: {toHost: {services: {enabled: true}}}", "sync.toHost.services.enabled")
    assert result is not None
    assert result.instead is False


def test_a_whole_section_can_be_asked_for() -> None:
    result = found("controlPlane: {ingress: {enabled: true, host: a.example.com}}", "controlPlane.ingress")
    assert result is not None
    assert ("removed", "Ingress") in {(item.action, item.identity.kind) for item in result.difference.objects}


def test_what_has_no_effect_decides_nothing() -> None:
    assert found("telemetry: {enabled: false}", "telemetry.enabled") is None


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "a.yaml").write_text(NODES)
    return str(tmp_path / "a.yaml")


def why(file: str, *arguments: str) -> Result:
    return CliRunner().invoke(cli, ["why", file, *arguments])


def test_the_command_takes_settings(file: str) -> None:
    done = why(file, "sync.fromHost.nodes.enabled")
    assert done.stdout.startswith(
        "without sync.fromHost.nodes.enabled:\nobjects:\n  - ClusterRole/vc-NAME-v-NAMESPACE\n"
    )
    assert why(file, "rbac.clusterRole.enabled").stdout.startswith("with rbac.clusterRole.enabled: false:\n")
    assert why(file, "telemetry.enabled").stdout == "no other value of telemetry.enabled changes anything\n"
    data = json.loads(why(file, "sync.fromHost.nodes.enabled", "--format", "json").stdout)
    assert data["rights"][0]["lost"]


def test_what_is_no_setting_is_wrong_usage(file: str) -> None:
    done = why(file, "sync.nowhere")
    assert (done.exit_code, "there is no setting sync.nowhere" in done.output) == (2, True)
