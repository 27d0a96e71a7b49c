"""Every vcluster.yaml in a page compiles as it stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.linting import lint
from tests.unit.docs.pages import PAGES, ROOT, blocks
from vcluster_config.compile import compile_config
from vcluster_config.judged import judge
from vcluster_config.source.codes import Code

EXAMPLES = [
    (page, found.text) for page in PAGES for found in blocks(page) if found.file in {"vcluster.yaml", "new.yaml"}
]


@pytest.mark.parametrize(("page", "text"), EXAMPLES)
def test_examples_compile_without_a_finding(page: str, text: str) -> None:
    report = lint(text)
    assert [found.message for found in report.diagnostics if found.code != Code.NO_EFFECT] == []
    assert report.config is not None
    assert compile_config(report.config).values_yaml()


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.name)
def test_files_of_the_folder_are_without_a_finding(path: Path) -> None:
    if path.name != "app.yaml":
        report = judge(lint(path.read_text()))
        assert [found.message for found in report.diagnostics] == []


def test_there_are_examples() -> None:
    assert {page for page, _ in EXAMPLES} >= {"docs/from-upstream.md", "docs/lint-in-ci.md", "docs/effects.md"}


def test_the_accepted_finding_is_accepted() -> None:
    (example,) = [found.text for found in blocks("docs/lint-in-ci.md") if "ignore[" in found.text]
    assert lint(example).diagnostics == []
    assert lint(example.partition("#")[0] + "\n  enabled: true\n").diagnostics
