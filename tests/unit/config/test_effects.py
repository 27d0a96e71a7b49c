"""Every setting takes effect in what is compiled, or a diagnostic says that it does not."""

from __future__ import annotations

from functools import cache

import pytest

from tests.unit.config.flipping import Flip, flip, leaves
from tests.unit.config.linting import lint
from vcluster_config.compile import CompileError, compile_config
from vcluster_config.judged import judge
from vcluster_config.lint import Report
from vcluster_config.lint.effects import EFFECTS, Effect
from vcluster_config.model.shape import Place, spell
from vcluster_config.source.codes import Code

SAYS_WHAT_IS_SO_ANYWAY = {
    "controlPlane.distro.k8s.enabled": "k8s is the choice when none is enabled",
    "controlPlane.backingStore.database.embedded.enabled": "SQLite is the choice when no store is enabled",
    "controlPlane.statefulSet.persistence.volumeClaim.enabled": "auto is true with SQLite",
    "sync.fromHost.nodes.selector.all": "all nodes are the choice when no labels are given",
}
LEAVES = leaves()


@pytest.mark.parametrize("place", LEAVES, ids=lambda place: spell(place.path))
def test_every_setting_takes_effect_or_says_that_it_does_not(place: Place) -> None:
    if spell(place.path) in SAYS_WHAT_IS_SO_ANYWAY:
        return
    flipped = flip(place)
    after = _lint(flipped.after)
    rows = [effect.path for effect in EFFECTS if _covers(effect.path, place.path)]
    if rows:
        assert _admits(after), f"the row {rows[0]} says nothing about {spell(place.path)}"
    changed = _compiled(flipped.before) != _compiled(flipped.after)
    assert changed or _admits(after), f"{spell(place.path)} changes nothing and no diagnostic says so"


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: effect.path)
def test_a_row_about_a_setting_is_still_true(effect: Effect) -> None:
    """A row is stale when any of its leaves changes the output; then whoever built it names the rest instead."""
    covered = [place for place in LEAVES if _covers(effect.path, place.path)]
    assert covered, f"{effect.path} names no setting"
    built = [spell(place.path) for place in covered if not _without_effect(flip(place))]
    assert not built, f"the row {effect.path} is not true of {built}"


@pytest.mark.parametrize("place", LEAVES, ids=lambda place: spell(place.path))
def test_linting_misses_nothing_that_compiling_refuses(place: Place) -> None:
    flipped = flip(place)
    report = lint(flipped.after)
    if report.config is not None and not report.failed:
        refused = _compiled(flipped.after) is None
        assert judge(report).failed == refused


def _without_effect(flipped: Flip) -> bool:
    after = _lint(flipped.after)
    ours = {Code.NO_EFFECT, Code.NO_EFFECT_YET}
    if any(found.severity == "error" and found.code not in ours for found in after.diagnostics):
        return True
    return _compiled(flipped.before) == _compiled(flipped.after) or _compiled(flipped.after) is None


def _admits(report: Report) -> bool:
    return any(found.code != Code.EMPTY_SECTION for found in report.diagnostics)


@cache
def _lint(text: str) -> Report:
    return lint(text)


@cache
def _compiled(text: str) -> str | None:
    """Values of the chart; None when the choice cannot be compiled, which is an error the user sees."""
    report = _lint(text)
    if report.config is None:
        return None
    try:
        return compile_config(report.config).values_yaml()
    except CompileError:
        return None


def _covers(pattern: str, path: tuple[str, ...]) -> bool:
    steps = pattern.split(".")
    return len(steps) <= len(path) and all(step in ("*", key) for step, key in zip(steps, path, strict=False))
