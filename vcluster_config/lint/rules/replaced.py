"""Keys that another key replaced in a later release of the dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.lint.case import Case, keys
from vcluster_config.model.deprecated import DEPRECATED, advice, sentence
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.source.diagnostic import Diagnostic


def check(case: Case) -> Iterator[Diagnostic]:
    """One finding for each replaced key in use."""
    for entry in DEPRECATED:
        path = keys(entry.path)
        if case.written(path):
            yield case.finding(
                Code.REPLACED_KEY,
                path,
                f"{entry.path} is {sentence(entry)}",
                severity=Severity.INFO,
                advice=advice(entry),
                at_key=True,
            )
