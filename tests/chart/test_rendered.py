"""What Python renders is what Helm renders, so that every command that looks ahead looks at the truth."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from ruamel.yaml import YAML

from tests.chart.conftest import EXAMPLES, Helm
from tests.chart.variants import CHOICES
from tests.unit.compile.compiling import compiled
from vcluster_config.cli import cli
from vcluster_config.effects.rendered import Release, identity, render

pytestmark = pytest.mark.helm
RELEASE = Release("demo", "team")
SETTINGS = {**{path.stem: YAML(typ="safe").load(path) for path in EXAMPLES}, **CHOICES}


@pytest.mark.parametrize("name", SETTINGS)
def test_python_renders_what_helm_renders(helm: Helm, name: str, tmp_path: Path) -> None:
    chart = compiled(SETTINGS[name])
    ours = render(chart.values(), RELEASE)
    theirs = {identity(item, RELEASE): item for item in helm.template("demo", "team", chart.write_values(tmp_path))}
    assert ours == theirs


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_check_of_compile_asks_helm(helm: Helm, example: Path) -> None:
    done = CliRunner().invoke(cli, ["compile", str(example), "--check", "--helm", str(helm.binary)])
    assert done.exit_code == 0, done.output
    assert "Helm v" in done.output
