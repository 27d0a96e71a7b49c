"""``--live``: a real host is asked for its version and APIs, and what it lacks is found before Helm fails on it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vcluster_config.cli import cli


@pytest.fixture(autouse=True)
def folder(tools: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)


def lint(text: str) -> Result:
    Path("vcluster.yaml").write_text(text)
    return CliRunner().invoke(cli, ["lint", "vcluster.yaml", "--live", "--format", "concise"])


def test_a_host_of_the_same_version_lacks_nothing_of_the_usual() -> None:
    done = lint("sync: {fromHost: {nodes: {enabled: true}}, toHost: {secrets: {all: true}}}\n")
    assert (done.exit_code, done.stdout) == (0, ""), done.output


def test_what_the_host_does_not_serve_is_found() -> None:
    done = lint("controlPlane: {serviceMonitor: {enabled: true}}\npolicies: {limitRange: {enabled: auto}}\n")
    assert done.exit_code == 1, done.output
    first, second = done.stdout.splitlines()
    assert first.startswith("vcluster.yaml:1:42: error[VC303] controlPlane.serviceMonitor.enabled needs the API")
    assert second.endswith("policies.limitRange.enabled is auto, which becomes false here")


def test_versions_far_apart_are_told() -> None:
    done = lint("controlPlane: {distro: {k8s: {version: v1.30.0}}}\n")
    assert "warning[VC304] Kubernetes 1.30 inside is older than 1." in done.stdout
