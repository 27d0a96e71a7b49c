"""What the writer writes must mean the same to YAML 1.1 readers (Helm) and to YAML 1.2 readers."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from vcluster_config.compile.yaml_out import dump

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TRICKY = st.sampled_from(
    [
        "on",
        "No",
        "y",
        "012",
        "1e3",
        "0x1F",
        "12:30:45",
        "~",
        "",
        " ",
        "- a",
        "a: b",
        "#",
        "null",
        "2001-01-01",
        "=",
        "<<",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT | TRICKY
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | TRICKY, inner, max_size=4),
    max_leaves=20,
)


def read(text: str, version: tuple[int, int]) -> Any:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    return yaml.load(text)


@pytest.mark.parametrize("version", [(1, 1), (1, 2)])
@given(document=JSON)
def test_readers_of_both_versions_get_back_what_was_written(version: tuple[int, int], document: Any) -> None:
    assert read(dump(document), version) == document


def test_text_of_several_lines_is_a_block_that_keeps_every_byte() -> None:
    assert dump({"a": "x\n  y\n\nz\n"}) == "a: |\n  x\n    y\n\n  z\n"


def test_short_lists_of_words_stay_on_one_line() -> None:
    assert dump({"verbs": ("get", "list")}) == "verbs: [get, list]\n"
    assert dump({"controllers": ("*,-ttl", "a")}) == 'controllers:\n  - "*,-ttl"\n  - a\n'


def test_a_value_that_is_no_json_is_refused() -> None:
    with pytest.raises(TypeError, match="set has no YAML form"):
        dump({"a": {1, 2}})
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump(math.nan)
