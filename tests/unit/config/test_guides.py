"""Every vcluster.yaml in the guides compiles as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from tests.unit.config.linting import lint
from vcluster_config.compile import compile_config
from vcluster_config.source.codes import Code

DOCS = Path(__file__).resolve().parents[3] / "docs"
BLOCK = re.compile(r"^( *)```yaml\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
GUIDES = ["from-upstream.md", "lint-in-ci.md"]


def examples() -> list[tuple[str, str]]:
    found = [(name, dedent(text)) for name in GUIDES for _, text in BLOCK.findall((DOCS / name).read_text())]
    return [(name, text) for name, text in found if text.startswith("# vcluster.yaml\n")]


@pytest.mark.parametrize(("name", "text"), examples())
def test_examples_compile_without_a_finding(name: str, text: str) -> None:
    report = lint(text)
    assert [found.message for found in report.diagnostics if found.code != Code.NO_EFFECT] == []
    assert report.config is not None
    assert compile_config(report.config).values_yaml()


def test_there_are_examples() -> None:
    assert len(examples()) >= 4


def test_the_accepted_finding_is_accepted() -> None:
    text = (DOCS / "lint-in-ci.md").read_text()
    (example,) = [block for _, block in BLOCK.findall(text) if "ignore[" in block]
    assert lint(example).diagnostics == []
