"""Every command in the pages about effects prints what the page says."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from vcluster_config.cli import cli

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGES = ["effects.md"]
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
FILE = re.compile(r"# ([\w.-]+\.yaml)\n")


def rerun(text: str) -> str:
    """A page with what its commands print now."""
    return BLOCK.sub(
        lambda block: f"```{block[1]}\n{_answers(block[2])}```" if block[1] == "console" else block[0], text
    )


def _answers(console: str) -> str:
    """Commands of a block, each with its output."""
    lines = [line.removeprefix("$ ") for line in console.splitlines() if line.startswith("$ ")]
    return "".join(f"$ {line}\n{_output(line)}" for line in lines)


def _output(line: str) -> str:
    program, *arguments = shlex.split(line)
    assert program == "vcluster-config"
    return CliRunner().invoke(cli, arguments, catch_exceptions=False).output


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    for page in PAGES:
        for language, text in BLOCK.findall((DOCS / page).read_text()):
            named = FILE.match(text)
            if language == "yaml" and named:
                Path(named[1]).write_text(text)
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_commands_print_what_the_page_says(folder: Path, page: str) -> None:
    before = (DOCS / page).read_text()
    after = rerun(before)
    if os.environ.get("UPDATE_DOCS"):
        (DOCS / page).write_text(after)
    assert before == after, "rerun with UPDATE_DOCS=1 and review the difference"
    assert "$ vcluster-config" in before
