"""Every choice, and every pair of choices, compiles to objects that a real API server accepts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devhost import parts
from tests.chart.conftest import Helm
from tests.chart.variants import CHOICES, pairs_of
from tests.e2e.harness.host import HostCluster, resolve
from tests.e2e.harness.shell import CommandFailed
from tests.unit.compile.compiling import compiled, setting

pytestmark = [pytest.mark.devhost, pytest.mark.timeout(600)]
NAMESPACE = "chart-dry-run"


@pytest.fixture(scope="module")
def host() -> Iterator[HostCluster]:
    cluster = resolve()
    labels = {"pod-security.kubernetes.io/enforce": "restricted"}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}
    cluster.kubectl.apply(namespace)
    yield cluster
    cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.fixture
def helm4(tmp_path: Path) -> Helm:
    return Helm(parts.helm(4), tmp_path)


def rendered(helm: Helm, settings: dict[str, Any], folder: Path, release: str = "demo") -> list[dict[str, Any]]:
    return helm.template(release, NAMESPACE, compiled(settings).write_values(folder / release))


def dry_run(host: HostCluster, objects: list[dict[str, Any]]) -> str:
    for item in objects:
        if not item["kind"].startswith("ClusterRole"):
            item["metadata"].setdefault("namespace", NAMESPACE)
    everything = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}).encode()
    options = ("--server-side", "--dry-run=server", "--filename", "-")
    return host.kubectl("apply", *options, stdin=everything, timeout=300)


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_is_accepted(host: HostCluster, helm4: Helm, choice: str, tmp_path: Path) -> None:
    answer = dry_run(host, rendered(helm4, CHOICES[choice], tmp_path))
    assert "service/demo serverside-applied" in answer


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_is_accepted_with_every_other(host: HostCluster, helm4: Helm, choice: str, tmp_path: Path) -> None:
    """One request stream for all pairs of a choice; each pair is a release of its own."""
    together = pairs_of(choice)
    objects = [
        item
        for number, settings in enumerate(together.values())
        for item in rendered(helm4, settings, tmp_path, f"pair-{number}")
    ]
    answer = dry_run(host, objects) if objects else ""
    for number, name in enumerate(together):
        assert f"service/pair-{number} serverside-applied" in answer, name


def test_the_server_would_have_complained(host: HostCluster, helm4: Helm, tmp_path: Path) -> None:
    broken = setting("controlPlane.statefulSet.scheduling.tolerations", [{"key": "a", "operator": "Sometimes"}])
    with pytest.raises(CommandFailed, match="Sometimes"):
        dry_run(host, rendered(helm4, broken, tmp_path))
