"""What the compiler hands out: values for the chart, or the chart with the values inside, the same bytes each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from vcluster_config.compile import yaml_out
from vcluster_config.compile.plan import Plan

_HEADER: Final = "# Compiled by vcluster-config. Change vcluster.yaml and compile again instead of editing this file.\n"
_VALUES: Final = "values.yaml"


class CompiledChart(msgspec.Struct, frozen=True):
    """A compiled configuration.

    Attributes:
        plan: the decided objects.
    """

    plan: Plan

    def values(self) -> dict[str, Any]:
        """Values of the chart as plain JSON types."""
        converted: dict[str, Any] = msgspec.to_builtins(self.plan)
        return converted

    def values_yaml(self) -> str:
        """Values of the chart as YAML text."""
        return _HEADER + yaml_out.dump(self.values())

    def write_values(self, directory: Path) -> Path:
        """Write ``values.yaml`` into the directory, which is made when missing; returns the file."""
        directory.mkdir(parents=True, exist_ok=True)
        target = directory / _VALUES
        target.write_text(self.values_yaml(), encoding="utf-8")
        return target

    def write_chart(self, directory: Path) -> Path:
        """Write a chart that needs no values file; returns the folder, which is replaced as a whole."""
        import shutil

        if directory.exists():
            _refuse_foreign(directory)
            shutil.rmtree(directory)
        shutil.copytree(chart_folder(), directory)
        self.write_values(directory)
        return directory


def chart_folder() -> Path:
    """The chart that takes compiled values: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "_chart"
    return installed if installed.is_dir() else package.parent / "chart"


def _refuse_foreign(directory: Path) -> None:
    """Never delete a folder that is not a chart of ours."""
    if any(directory.iterdir()) and not (directory / "templates" / "_place.tpl").is_file():
        raise FileExistsError(f"{directory} exists and is no compiled chart; choose another folder or empty it")
