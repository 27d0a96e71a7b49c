"""What people and machines see changes only on purpose."""

from __future__ import annotations

import pytest

from tests.unit.config.golden import FOLDER, rendered
from vcluster_config.lint.render import FORMATS


@pytest.mark.parametrize("form", FORMATS)
def test_output_is_as_reviewed(form: str) -> None:
    assert rendered()[form] == (FOLDER / f"{form}.txt").read_text(), "run: python -m tests.unit.config.golden"


def test_no_format_is_forgotten() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(FORMATS)
