"""Helm in both majors, and what it renders from a configuration."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from devhost import parts
from vcluster_config.compile import chart_folder

EXAMPLES = sorted(
    path
    for path in (Path(__file__).parents[2] / "examples").glob("*.yaml")
    if not any(line.startswith("apiVersion:") for line in path.read_text().splitlines())
)


@dataclass(frozen=True)
class Helm:
    """One Helm binary."""

    binary: Path
    home: Path

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.binary, *arguments],
            env={"HOME": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )

    def template(self, release: str, namespace: str, values: Path, chart: Path | None = None) -> list[dict[str, Any]]:
        done = self.run("template", release, chart or chart_folder(), "--namespace", namespace, "-f", values)
        assert done.returncode == 0, done.stderr
        return [document for document in YAML(typ="safe").load_all(done.stdout) if document]


@pytest.fixture(params=[3, 4], ids=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest, tmp_path: Path) -> Helm:
    return Helm(parts.helm(request.param), tmp_path)
