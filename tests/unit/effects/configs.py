"""Short ways from a text to compiled values, so that tests show only what they are about."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

from vcluster_config.compile import compile_config
from vcluster_config.effects.difference import Difference, compare_values
from vcluster_config.effects.rendered import Release
from vcluster_config.lint.check import Report, check
from vcluster_config.source.parse import SourceFile

RELEASE = Release("demo", "team")


def report(text: str = "{}") -> Report:
    return check([SourceFile("vcluster.yaml", dedent(text).lstrip("\n"))])


def values(text: str = "{}") -> dict[str, Any]:
    config = report(text).config
    assert config is not None
    return compile_config(config).values()


def difference(before: str, after: str) -> Difference:
    return compare_values(values(before), values(after), RELEASE)
