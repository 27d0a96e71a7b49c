"""One version for the package, the chart and what it compiles."""

from __future__ import annotations

import tomllib
from pathlib import Path

from ruamel.yaml import YAML

from tests.unit.compile.compiling import container, values
from vcluster_config.compile.version import VERSION
from vcluster_contract import layout

ROOT = Path(__file__).parents[3]


def test_package_chart_and_image_agree() -> None:
    chart = YAML(typ="safe").load(ROOT / "chart" / "Chart.yaml")
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert VERSION == package == chart["version"] == chart["appVersion"]
    assert container(layout.SYNCER_CONTAINER)["image"] == f"vcluster-syncer:{VERSION}"
    assert values()["service"]["metadata"]["labels"]["chart"] == f"vcluster-{VERSION}"


def test_the_wheel_carries_the_chart() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert build["force-include"] == {"chart": "vcluster_config/_chart"}
