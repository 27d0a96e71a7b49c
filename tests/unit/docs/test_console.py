"""Every command of ours in a page prints what the page says, from the top of the page to its end."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from textwrap import indent

import pytest
from click.testing import CliRunner

from tests.unit.docs.pages import BLOCK, PAGES, ROOT, block, read
from vcluster_config.cli import cli

COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def rerun(text: str) -> str:
    """A page with what its commands print now, on the files that it shows."""
    return BLOCK.sub(_rerun, text)


def _rerun(match: re.Match[str]) -> str:
    found = block(match)
    if found.file:
        Path(found.file).write_text(found.text)
    if found.language != "console":
        return match[0]
    answered = COMMAND.sub(lambda command: f"$ {command[1]}\n{_output(command[1], command[2])}", found.text)
    return indent(f"```console\n{answered}```", found.indent)


def _output(line: str, shown: str) -> str:
    program, *arguments = shlex.split(line)
    if program != "vcluster-config":
        return shown
    return CliRunner().invoke(cli, arguments, catch_exceptions=False).output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


@pytest.mark.parametrize("page", [page for page in PAGES if "$ vcluster-config" in read(page)])
def test_commands_print_what_the_page_says(folder: Path, page: str) -> None:
    before = read(page)
    after = rerun(before)
    if os.environ.get("UPDATE_DOCS"):
        (ROOT / page).write_text(after)
    assert before == after, "rerun with UPDATE_DOCS=1 and review the difference"


def test_a_page_that_is_wrong_is_noticed(folder: Path) -> None:
    page = "```console\n$ helm install x\nas shown\n$ vcluster-config name shop/web --vcluster team\n{}\n```\n"
    assert rerun(page.format("wrong")) == page.format("web-x-shop-x-team")
