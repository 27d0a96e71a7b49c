"""What Helm recorded is read back, and judged by the rules that judge files."""

from __future__ import annotations

import base64
import gzip
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.unit.effects.configs import values
from vcluster_config.cli import cli
from vcluster_config.effects import installed
from vcluster_config.effects.installed import NotInstalled, newest, settings
from vcluster_config.lint.check import check
from vcluster_config.source.parse import SourceFile


def secret(config: dict[str, Any], version: int = 1, status: str = "deployed", name: str = "demo") -> dict[str, Any]:
    record = json.dumps({"chart": {"values": {"a": {"b": 1, "c": 2}}}, "config": config}).encode()
    text = base64.b64encode(base64.b64encode(gzip.compress(record))).decode()
    labels = {"name": name, "owner": "helm", "version": str(version), "status": status}
    return {"metadata": {"name": f"sh.helm.release.v1.{name}.v{version}", "labels": labels}, "data": {"release": text}}


def test_values_lie_over_those_of_the_chart() -> None:
    assert installed.values(secret({"a": {"c": 3}, "d": 4})) == {"a": {"b": 1, "c": 3}, "d": 4}


def test_the_deployed_revision_counts_even_when_a_later_one_failed() -> None:
    found = newest({"items": [secret({}, 9), secret({}, 10, "failed"), secret({}, 8, "superseded")]}, "demo", "team")
    assert found["metadata"]["name"].endswith(".v9")


def test_a_release_that_is_not_there_is_said_so() -> None:
    with pytest.raises(NotInstalled, match="no release demo in namespace team"):
        newest({"items": [secret({}, name="other")]}, "demo", "team")


def test_a_secret_that_is_no_record_is_said_so() -> None:
    with pytest.raises(NotInstalled, match="holds no release"):
        installed.values({"metadata": {"name": "x"}, "data": {"release": "bm90"}})


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 7Gi, storageClass: fast}}}}",
        "controlPlane: {statefulSet: {persistence: {volumeClaim: {enabled: false}}}}",
        'controlPlane: {backingStore: {database: {external: {enabled: true, dataSource: "mysql://a:b@tcp(c:1)/d"}}}}',
        'controlPlane: {backingStore: {etcd: {external: {enabled: true, endpoint: "etcd.example.com:2379"}}}}',
        "controlPlane: {distro: {k8s: {version: v1.35.4}}}",
        "networking: {advanced: {clusterDomain: example.internal}}",
    ],
)
def test_settings_told_from_compiled_values_are_judged_equal_to_the_file(text: str) -> None:
    told = check([SourceFile("release", json.dumps(settings(values(text))))]).config
    upgrade = check([SourceFile("vcluster.yaml", text)], previous=told)
    assert [found for found in upgrade.diagnostics if found.code.startswith("VC8")] == []


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A kubectl that hands out what is in ``secrets.json`` when it is asked for Helm's Secrets of ``team``."""
    answer = tmp_path / "secrets.json"
    script = tmp_path / "kubectl"
    wanted = "get secrets --namespace=team --selector=owner=helm,name=demo --output=json"
    script.write_text(f'#!/bin/sh\n[ "$*" = "{wanted}" ] || exit 9\ncat {answer}\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return answer


def test_a_file_is_linted_against_the_live_release(kubectl: Path, tmp_path: Path) -> None:
    kubectl.write_text(json.dumps({"items": [secret(values())]}))
    new = tmp_path / "vcluster.yaml"
    new.write_text("controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 9Gi}}}}\n")
    done = CliRunner().invoke(cli, ["lint", "--format", "concise", "--previous", "release:team/demo", str(new)])
    assert done.exit_code == 1
    assert "VC803" in done.output


def test_a_file_is_compared_with_the_live_release(kubectl: Path, tmp_path: Path) -> None:
    kubectl.write_text(json.dumps({"items": [secret(values())]}))
    new = tmp_path / "vcluster.yaml"
    new.write_text("sync: {fromHost: {nodes: {enabled: true}}}\n")
    done = CliRunner().invoke(cli, ["diff", "release:team/demo", str(new)])
    assert done.exit_code == 0, done.output
    assert "+ ClusterRole/vc-demo-v-team" in done.output


def test_a_release_with_a_raw_vcluster_yaml_is_compiled_first(kubectl: Path, tmp_path: Path) -> None:
    raw = secret({"sync": {"fromHost": {"nodes": {"enabled": True}}}})
    record = {"chart": {"values": {}}, "config": {"sync": {"fromHost": {"nodes": {"enabled": True}}}}}
    raw["data"]["release"] = base64.b64encode(base64.b64encode(json.dumps(record).encode())).decode()
    kubectl.write_text(json.dumps({"items": [raw]}))
    new = tmp_path / "vcluster.yaml"
    new.write_text("{}\n")
    done = CliRunner().invoke(cli, ["diff", "release:team/demo", str(new)])
    assert done.exit_code == 0, done.output
    assert "- ClusterRole/vc-demo-v-team" in done.output


def test_values_of_another_version_ask_for_the_file(kubectl: Path, tmp_path: Path) -> None:
    kubectl.write_text(json.dumps({"items": [secret({"compiledValuesVersion": 9})]}))
    new = tmp_path / "vcluster.yaml"
    new.write_text("{}\n")
    done = CliRunner().invoke(cli, ["lint", "--previous", "release:team/demo", str(new)])
    assert done.exit_code == 2
    assert "give its vcluster.yaml instead" in done.output


def test_what_kubectl_says_is_passed_on(kubectl: Path, tmp_path: Path) -> None:
    new = tmp_path / "vcluster.yaml"
    new.write_text("{}\n")
    done = CliRunner().invoke(cli, ["diff", "release:elsewhere/demo", str(new)])
    assert done.exit_code == 2
    assert "kubectl get secrets" in done.output


def test_a_release_needs_namespace_and_name(tmp_path: Path) -> None:
    new = tmp_path / "vcluster.yaml"
    new.write_text("{}\n")
    done = CliRunner().invoke(cli, ["diff", "release:demo", str(new)])
    assert done.exit_code == 2
    assert "expected release:NAMESPACE/NAME" in done.output
