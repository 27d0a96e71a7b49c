"""Whatever a setting changes, ``why`` finds the setting, and ``diff`` finds the change: for every setting there is."""

from __future__ import annotations

import json

import pytest

from tests.unit.config.flipping import flip, leaves
from tests.unit.effects.configs import RELEASE, report
from vcluster_config.compile import CompileError, compile_config
from vcluster_config.effects.difference import ObjectChange, compare_values
from vcluster_config.effects.provenance import Search, Subject
from vcluster_config.lint.check import Report
from vcluster_config.model.shape import Place, spell
from vcluster_config.objects import Json


def compiled(text: str) -> tuple[Report, Json] | None:
    checked = report(text)
    if checked.config is None:
        return None
    try:
        return checked, compile_config(checked.config).values()
    except CompileError:
        return None


def subject_of(change: ObjectChange) -> Subject:
    """What somebody would ask about: a field that is there, when the change leaves one."""
    there = [field for field in change.fields if field.after is not None] or change.fields
    return Subject(change.identity, there[0].path if there else ())


@pytest.mark.parametrize("place", leaves(), ids=lambda place: spell(place.path))
def test_a_setting_is_found_behind_what_it_changes(place: Place) -> None:
    flipped = flip(place)
    before, after = compiled(flipped.before), compiled(flipped.after)
    if before is None or after is None or before[1] == after[1]:
        return
    found = compare_values(before[1], after[1], RELEASE)
    if not found.objects:
        assert {key for key in before[1] if before[1][key] != after[1].get(key)} <= {"notes", "extraObjects"}
        return
    change = next((item for item in found.objects if item.action != "removed"), None)
    if change is None:
        return
    document, values = after[0].document, after[1]
    causes = Search.of(document, values, subject_of(change), RELEASE).written()
    paths = [".".join(map(str, cause.path)) for cause in causes]
    names = {"<key>": "things.example.com", "[]": "0"}
    wanted = ".".join(names.get(step, step) for step in place.path)
    assert any(path == wanted or path.startswith(f"{wanted}.") for path in paths), (
        f"{wanted} changes {change}, but why names {paths} in {json.dumps(json.loads(flipped.after))}"
    )
