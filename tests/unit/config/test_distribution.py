"""An installed distribution holds everything its commands read."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_the_chart_travels_inside_the_package() -> None:
    """``chart_folder`` looks for ``vcluster_config/_chart`` when there is no checkout around it."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel["force-include"] == {"chart": "vcluster_config/_chart"}
    assert (ROOT / "chart" / "Chart.yaml").is_file()


def test_data_files_lie_inside_the_package() -> None:
    assert files("vcluster_config.model").joinpath("kubernetes.json").is_file()
    assert files("vcluster_config.lint").joinpath("pages", "VC101.md").is_file()
