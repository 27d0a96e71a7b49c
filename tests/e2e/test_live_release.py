"""``release:NAMESPACE/NAME``: what Helm really recorded on a real host is judged like a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.e2e.harness.host import HostCluster
from tests.e2e.harness.shell import CommandFailed, run
from tests.unit.effects.configs import report
from vcluster_config.cli import cli
from vcluster_config.compile import compile_config
from vcluster_config.effects.rendered import Release, render

NAMESPACE = "live-release"
pytestmark = pytest.mark.usefixtures("tools")
INSTALLED = "controlPlane: {statefulSet: {highAvailability: {replicas: 0}}}\n"


@pytest.fixture(params=["values", "chart"])
def release(request: pytest.FixtureRequest, host: HostCluster, tmp_path: Path) -> Iterator[str]:
    """A release without pods, its values given to Helm or inside the chart."""
    host.kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
    (tmp_path / "installed.yaml").write_text(INSTALLED)
    chart = tmp_path / "chart"
    assert command("compile", str(tmp_path / "installed.yaml"), "--chart", "-o", str(chart)).exit_code == 0
    name, options = f"live-{request.param}", [f"--namespace={NAMESPACE}", f"--kubeconfig={host.kubectl.kubeconfig}"]
    values = ["--values", str(chart / "values.yaml")] if request.param == "values" else []
    helm = str(host.helms[-1])
    run([helm, "install", name, str(chart), *options, *values])
    yield f"release:{NAMESPACE}/{name}"
    run([helm, "uninstall", name, *options])


def command(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def test_the_file_that_is_installed_changes_nothing(release: str, tmp_path: Path) -> None:
    done = command("diff", release, str(tmp_path / "installed.yaml"))
    assert (done.exit_code, done.stdout) == (0, "nothing changes\n"), done.output


def test_another_file_is_compared_and_judged(release: str, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(INSTALLED + "sync: {fromHost: {nodes: {enabled: true}}}\n")
    found = json.loads(command("diff", release, str(new), "--format", "json").stdout)
    name = release.rpartition("/")[2]
    assert {"action": "added", "kind": "ClusterRole", "name": f"vc-{name}-v-{NAMESPACE}", "namespace": ""} in found[
        "objects"
    ]
    assert found["refused"] == []


def test_what_cannot_be_changed_is_refused(release: str, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text("controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 9Gi}}}}\n")
    done = command("lint", str(new), "--previous", release, "--format", "concise")
    assert done.exit_code == 1
    assert "VC803" in done.output
    assert command("compile", str(new), "--previous", release).exit_code == 1


@pytest.mark.parametrize("release", ["values"], indirect=True)
@pytest.mark.parametrize(
    "change",
    [
        "controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 9Gi}}}}",
        "controlPlane: {statefulSet: {persistence: {volumeClaim: {accessModes: [ReadWriteMany]}}}}",
        "controlPlane: {statefulSet: {persistence: {volumeClaim: {retentionPolicy: Delete}}}}",
        "controlPlane: {statefulSet: {scheduling: {podManagementPolicy: OrderedReady}}}",
        "controlPlane: {statefulSet: {labels: {a: b}, pods: {labels: {a: b}}}}",
        "controlPlane: {distro: {k8s: {apiServer: {extraArgs: [--v=4]}}}}",
        "controlPlane: {service: {spec: {type: NodePort}}}",
        "sync: {fromHost: {nodes: {enabled: true}}}",
    ],
)
def test_the_api_server_refuses_what_diff_refuses(release: str, host: HostCluster, change: str, tmp_path: Path) -> None:
    """Objects of the new file are applied, dry, over those of the release."""
    new = tmp_path / "new.yaml"
    new.write_text(change + "\n")
    found = json.loads(command("diff", release, str(new), "--format", "json").stdout)
    config = report(new.read_text()).config
    assert config is not None
    wanted = Release(release.rpartition("/")[2], NAMESPACE)
    refused = set()
    for identity, item in render(compile_config(config).values(), wanted).items():
        body = json.dumps({**item, "metadata": {**item["metadata"], "namespace": identity.namespace}}).encode()
        options = ("--server-side", "--force-conflicts", "--dry-run=server", "--filename=-")
        try:
            host.kubectl("apply", *options, stdin=body)
        except CommandFailed as error:
            if "Forbidden" not in error.output:
                raise
            refused.add(f"Kubernetes refuses to change {identity}")
    assert {" ".join(line.split()[:5]) for line in found["refused"] if line.startswith("Kubernetes")} == refused
