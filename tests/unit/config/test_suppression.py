"""Findings an author has judged stay quiet; comments that accept nothing do not."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint, places
from vcluster_config.lint.check import check
from vcluster_config.lint.render import FORMATS, render
from vcluster_config.source.parse import SourceFile


@pytest.mark.parametrize(
    "text",
    [
        "sleepMode: {enabled: true} # vcluster-config: ignore[VC901, VC903] planned\n",
        "# vcluster-config: ignore[VC901,VC903]\nsleepMode: {enabled: true}\n",
    ],
)
def test_a_comment_accepts_findings_of_its_line_or_the_next(text: str) -> None:
    assert places(lint(text)) == []


def test_other_codes_and_other_lines_are_not_accepted() -> None:
    report = lint("sync: {} # vcluster-config: ignore[VC101]\nfoo: 1\n")
    assert places(report) == ["1:10 VC014", "2:1 VC101 foo"]


def test_a_comment_without_a_code_accepts_nothing() -> None:
    assert places(lint("foo: 1 # vcluster-config: ignore\n")) == ["1:1 VC101 foo", "1:8 VC014"]


@pytest.mark.parametrize(("reason", "codes"), [("", ["VC601", "VC014"]), (" lab only", [])])
def test_security_findings_need_a_reason(reason: str, codes: list[str]) -> None:
    report = lint(f"exportKubeConfig: {{insecure: true}} # vcluster-config: ignore[VC601]{reason}\n")
    assert [found.code for found in report.diagnostics] == codes


@pytest.mark.parametrize(
    "text",
    [
        "sync: [  # vcluster-config: ignore[VC001] it is meant so\n",
        "sync: 5  # vcluster-config: ignore[VC102] it is meant so\n",
        "sync: {}  # vcluster-config: ignore[VC003] it is meant so\nsync: {}  # vcluster-config: ignore[VC003] it is\n",
    ],
)
def test_what_cannot_be_read_or_used_is_never_accepted(text: str) -> None:
    assert lint(text).failed


@pytest.mark.parametrize("name", FORMATS)
def test_bytes_that_are_no_text_in_a_comment_or_a_name_are_shown(name: str) -> None:
    file = SourceFile.decode("\udcff.yaml", b"a: 1\n# vcluster-config: ignore[\xd6C004]\n")
    found = check([file]).diagnostics
    assert found[0].message.startswith("ignore[\N{REPLACEMENT CHARACTER}C004] has no effect")
    assert "VC014" in render(name, found, {file.name: file.text})
