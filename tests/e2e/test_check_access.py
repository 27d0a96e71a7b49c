"""A namespace's administrator on a real host learns in advance what Kubernetes would not let them grant."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.e2e.harness.host import HostCluster
from vcluster_config.cli import cli

NAMESPACE = "check-access"


@pytest.fixture
def administrator(host: HostCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """kubectl of an account that has the role ``admin`` in one namespace."""
    host.kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    inside = host.kubectl.within(NAMESPACE)
    inside("create", "serviceaccount", "admin")
    inside("create", "rolebinding", "admin", "--clusterrole=admin", f"--serviceaccount={NAMESPACE}:admin")
    token = inside("create", "token", "admin")
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(
        f'#!/bin/sh\nexec {host.kubectl.binary} --kubeconfig={tmp_path / "kubeconfig"} --token={token} "$@"\n'
    )
    kubectl.chmod(0o700)
    config = host.kubectl("config", "view", "--minify", "--flatten")
    (tmp_path / "kubeconfig").write_text(config[: config.index("users:")])
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    yield
    host.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


def check(folder: Path, text: str) -> Result:
    (folder / "vcluster.yaml").write_text(text)
    return CliRunner().invoke(cli, ["rbac", str(folder / "vcluster.yaml"), "--check-access", "-n", NAMESPACE])


def test_only_what_is_not_held_is_refused(administrator: None, tmp_path: Path) -> None:
    done = check(tmp_path, "sync: {fromHost: {nodes: {enabled: true}}}\n")
    assert done.exit_code == 1, done.output
    assert "  nodes in the whole host: list, watch" in done.stderr.splitlines()
    assert f"  pods in namespace {NAMESPACE}: " not in done.stderr
