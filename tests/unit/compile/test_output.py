"""Files: the same bytes each time, and no folder of somebody else's is ever deleted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.compile.compiling import compiled, compiled_from, setting
from vcluster_config.compile import chart_folder

PRINT_VALUES = (
    "import sys; from vcluster_config.model import Config; from vcluster_config.compile import compile_config;"
    "sys.stdout.write(compile_config(Config.model_validate({})).values_yaml())"
)


def test_values_do_not_depend_on_the_process() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PRINT_VALUES],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[3])},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {compiled().values_yaml().encode()}


def test_a_chart_folder_is_the_chart_with_the_values_inside(tmp_path: Path) -> None:
    target = compiled().write_chart(tmp_path / "chart")
    assert (target / "values.yaml").read_text() == compiled().values_yaml()
    expected = {path.relative_to(chart_folder()) for path in chart_folder().rglob("*")}
    assert {path.relative_to(target) for path in target.rglob("*")} == expected


def test_a_chart_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = compiled().write_chart(tmp_path / "chart")
    (target / "templates" / "stale.yaml").write_text("")
    compiled().write_chart(target)
    assert not (target / "templates" / "stale.yaml").exists()


def test_a_folder_that_is_no_chart_of_ours_stays(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("")
    with pytest.raises(FileExistsError, match="is no compiled chart"):
        compiled().write_chart(tmp_path)
    assert (tmp_path / "precious").exists()


def test_values_are_written_under_the_name_helm_expects(tmp_path: Path) -> None:
    assert compiled().write_values(tmp_path / "new") == tmp_path / "new" / "values.yaml"


def test_a_file_and_its_content_compile_alike() -> None:
    settings = setting("controlPlane.distro.k8s", {"version": "v1.35.4", "apiServer": {"image": {"tag": "v1.36.3"}}})
    assert compiled_from(json.dumps(settings)).values_yaml() == compiled(settings).values_yaml()
    assert compiled_from("{}").values_yaml() == compiled().values_yaml()
