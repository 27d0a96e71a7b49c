"""Every example, compiled as a user does it, is accepted by a real API server under both Helm majors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from devhost import parts
from tests.chart.conftest import EXAMPLES, Helm
from tests.e2e.harness.host import HostCluster
from vcluster_config.cli import cli
from vcluster_config.effects.rendered import Release, identity

RELEASE = Release("dry-run", "examples-dry-run")


@pytest.fixture(scope="module")
def namespace(host: HostCluster) -> Iterator[str]:
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": RELEASE.namespace}}
    host.kubectl.apply(manifest)
    yield RELEASE.namespace
    host.kubectl("delete", "namespace", RELEASE.namespace, "--wait=false")


def dry_run(host: HostCluster, objects: list[dict[str, Any]]) -> set[str]:
    """Lines of kubectl's answer for objects that the server would take."""
    for item in objects:
        if identity(item, RELEASE).namespace:
            item["metadata"].setdefault("namespace", RELEASE.namespace)
    everything = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}).encode()
    answer = host.kubectl("apply", "--server-side", "--dry-run=server", "--filename", "-", stdin=everything)
    return {line for line in answer.splitlines() if line.endswith("serverside-applied (server dry run)")}


@pytest.mark.parametrize("major", [3, 4])
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_accepted(host: HostCluster, namespace: str, example: Path, major: int, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["compile", str(example), "--chart", "-o", str(tmp_path / "chart")])
    assert done.exit_code == 0, done.output
    empty = tmp_path / "empty.yaml"
    empty.write_text("{}\n")
    objects = Helm(parts.helm(major), tmp_path).template(RELEASE.name, namespace, empty, tmp_path / "chart")
    assert len(dry_run(host, objects)) == len(objects)
