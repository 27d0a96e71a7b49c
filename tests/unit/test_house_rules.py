"""Keeps every module small and motivated, because reviews forget and tests don't."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("vcluster_config", "vcluster_contract", "vcluster_syncer", "devhost")
MODULES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "__pycache__" not in path.parts
)
LINE_LIMIT = 600


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_says_why_it_exists(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text()))
    assert docstring, f"{path}: the module docstring's first line has to say why the module exists"
    assert docstring.splitlines()[0].endswith((".", ":")), f"{path}: the first line of the docstring is no sentence"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_module_fits_one_sitting(path: Path) -> None:
    lines = len(path.read_text().splitlines())
    assert lines <= LINE_LIMIT, f"{path} has {lines} lines, more than {LINE_LIMIT}: split it by idea"
