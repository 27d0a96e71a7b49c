"""One mistake in a valid file gives one finding, on its line, and nearly always leads back to what was meant."""

from __future__ import annotations

from functools import cache

import pytest

from tests.unit.config.linting import lint, places
from tests.unit.config.mutations import Verdict, judge, mutations, rates, table


@cache
def verdicts() -> list[Verdict]:
    return [judge(mutation) for mutation in mutations()]


@pytest.mark.parametrize(
    ("kind", "least"), [("rename", 1000), ("retype", 300), ("word", 12), ("drop", 4), ("swap", 20)]
)
def test_one_finding_on_the_line_that_leads_back(kind: str, least: int) -> None:
    count, alone, understood = rates(verdicts())[kind]
    assert count >= least
    assert alone >= 0.99 * count, table(verdicts())
    assert understood >= 0.95 * count, table(verdicts())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("controlPlane: {statefulSet: {env: [{nme: A}]}}", ["1:37 VC108 controlPlane.statefulSet.env[0].nme"]),
        (
            "controlPlane: {statefulSet: {env: [{foo: A}]}}",
            ["1:36 VC105 controlPlane.statefulSet.env[0].name", "1:37 VC108 controlPlane.statefulSet.env[0].foo"],
        ),
        (
            "networking: {resolveDNS: [{hostnaem: a.b, target: {ip: 10.0.0.1}}]}",
            ["1:28 VC101 networking.resolveDNS[0].hostnaem"],
        ),
    ],
)
def test_a_misspelled_key_is_not_missed_as_well(text: str, expected: list[str]) -> None:
    assert [place for place in places(lint(text)) if "VC901" not in place] == expected
