"""Each right has its reasons, and what can be done without is known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from tests.chart.variants import CHOICES
from tests.unit.effects.configs import RELEASE, report
from vcluster_config.cli import cli
from vcluster_config.compile import compile_config
from vcluster_config.effects.needs import ITSELF, Need, needs
from vcluster_config.effects.rendered import render
from vcluster_config.effects.rights import rights


def found(text: str = "{}") -> list[Need]:
    config = report(text).config
    assert config is not None
    return needs(config, compile_config(config).values(), RELEASE)


def reasons(those: list[Need], subject: str, verb: str) -> tuple[str, ...]:
    return next(need.settings for need in those if need.right.subject == subject and verb in need.verbs)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "sync: {fromHost: {nodes: {enabled: true}, storageClasses: {enabled: true}}}",
        "integrations: {metricsServer: {enabled: true}}",
        "exportKubeConfig: {additionalSecrets: [{namespace: other}]}",
        "rbac: {role: {extraRules: [{apiGroups: [apps], resources: [deployments], verbs: [get]}]}}",
        "rbac: {clusterRole: {enabled: true, overwriteRules: [{nonResourceURLs: [/healthz], verbs: [get]}]}}",
    ],
)
def test_every_right_has_a_reason(text: str) -> None:
    assert [need for need in found(text) if not need.settings] == []


@pytest.mark.parametrize("choice", CHOICES)
def test_every_right_of_every_choice_has_a_reason(choice: str) -> None:
    assert [need for need in found(json.dumps(CHOICES[choice])) if not need.settings] == []


def test_reasons_are_told_apart_by_verb() -> None:
    those = found()
    assert reasons(those, "pods/exec", "create") == ("sync.toHost.pods.enabled",)
    assert reasons(those, "endpoints", "get") == (ITSELF, "sync.toHost.endpoints.enabled")
    assert reasons(those, "endpoints", "delete") == ("sync.toHost.endpoints.enabled",)


def test_rules_of_the_user_are_named_by_their_place() -> None:
    those = found("rbac: {role: {extraRules: [{apiGroups: [apps], resources: [deployments], verbs: [get]}]}}")
    assert reasons(those, "deployments.apps", "get") == ("rbac.role.extraRules[0]",)


def test_rights_in_other_namespaces_come_from_exported_kubeconfigs() -> None:
    those = found("exportKubeConfig: {additionalSecrets: [{namespace: other}]}")
    assert {need.settings for need in those if need.right.scope == "other"} == {("exportKubeConfig",)}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vcluster.yaml"
    path.write_text("sync: {toHost: {persistentVolumeClaims: {enabled: true}}}\n")
    return path


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(cli, ["rbac", *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.output


def test_yaml_is_the_roles_themselves(file: Path) -> None:
    text = run(file, "--format", "yaml", "--release", "demo", "-n", "team")
    roles = list(YAML(typ="safe").load_all(text))
    config = report(file.read_text()).config
    assert config is not None
    rendered = render(compile_config(config).values(), RELEASE)
    assert roles == [content for identity, content in rendered.items() if identity.kind.endswith("Role")]


def test_least_privilege_gives_a_layer_that_grants_less(file: Path, tmp_path: Path) -> None:
    answer = json.loads(run(file, "--least-privilege", "--format", "json"))
    assert "persistentVolumeClaims" not in answer["layer"]["sync"]["toHost"], "a line asks for it"
    assert {rule["resource"] for rule in answer["rules"]} >= {"pods", "secrets", "persistentvolumeclaims"}
    layer = tmp_path / "layer.yaml"
    layer.write_text(json.dumps(answer["layer"]))
    again = json.loads(run(file, "-f", layer, "--format", "json"))
    assert again["rules"] == answer["rules"]
    before = json.loads(run(file, "--format", "json"))["rules"]
    assert len(answer["rules"]) < len(before)


def test_least_privilege_grants_nothing_new() -> None:
    everything = "sync: {fromHost: {nodes: {enabled: true}}}"
    config = report(everything).config
    assert config is not None
    all_rights = rights(render(compile_config(config).values(), RELEASE))
    assert {need.right for need in found(everything)} <= all_rights
