"""Every path of v0.36.1 is in the model or answered by name; none is merely unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.config.linting import lint
from vcluster_config.source.codes import Code

PATHS = (Path(__file__).parent / "data" / "config-paths-v0.36.1.txt").read_text().split()


def document(path: str) -> str:
    """A file that sets one path to null."""
    tree: Any = None
    for step in reversed(path.replace("[]", ".[]").split(".")):
        tree = [tree] if step == "[]" else {"things.example.com" if step == "<key>" else step: tree}
    return json.dumps(tree)


@pytest.mark.parametrize("path", PATHS)
def test_no_key_of_a_later_release_is_unknown(path: str) -> None:
    codes = [found.code for found in lint(document(path)).diagnostics]
    assert Code.UNKNOWN_KEY not in codes
