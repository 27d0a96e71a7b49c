"""A configuration written down and read again is the same configuration, whichever setting it changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.config.flipping import flip, leaves
from tests.unit.config.linting import lint
from vcluster_config.compile.yaml_out import dump
from vcluster_config.model.shape import spell

LEAVES = [place for place in leaves() if place.shape.kube is None and getattr(place.shape.item, "kube", None) is None]
PARTS = 4


def written(text: str) -> dict[str, Any]:
    """What differs from the defaults, as plain JSON types."""
    config = lint(text).config
    assert config is not None, text
    data: dict[str, Any] = json.loads(config.model_dump_json(by_alias=True, exclude_defaults=True))
    return data


@pytest.mark.parametrize("part", range(PARTS))
def test_what_is_written_is_read_again(part: int) -> None:
    for place in LEAVES[part :: 2 * PARTS]:
        data = written(flip(place).after)
        assert data, spell(place.path)
        assert written(dump(data)) == data, spell(place.path)
