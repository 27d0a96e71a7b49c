"""Some thousand inputs in each run of the tests, everything that was ever found, and proof that the fuzzer can find."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Never

import pytest

from tests.fuzz import targets, texts
from tests.fuzz.campaign import SECONDS, Campaign, draw, fails_like, failure
from tests.fuzz.case import Case, Hang, kind
from tests.fuzz.guard import limit
from tests.fuzz.shrink import shrink
from tests.fuzz.targets import TARGETS, run

CASES = sorted((Path(__file__).parent / "cases").glob("*.json"))
INPUTS = 750


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_was_found_once_stays_mended(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "sampled", lambda _case, _one_in: True)
    run(Case.load(path))


@pytest.mark.parametrize("unit", texts.UNITS)
@pytest.mark.parametrize("begin", ["", "value: ", "a: ["])
def test_a_long_line_is_no_hang(begin: str, unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "sampled", lambda _case, _one_in: True)
    with limit(SECONDS):
        run(Case("file", (begin + unit * 30_000,)))


@pytest.mark.parametrize("seed", range(4))
def test_inputs_keep_every_promise(seed: int) -> None:
    campaign = Campaign(seed)
    for _ in range(INPUTS):
        campaign.step()
    assert campaign.failures == {}
    assert all(campaign.outcomes[f"target {name}"] for name in TARGETS)


def test_an_input_is_drawn_again_from_its_number() -> None:
    assert [draw(3, index) for index in range(50)] == [draw(3, index) for index in range(50)]
    assert draw(3, 1) != draw(4, 1)


def test_results_do_not_depend_on_hashing() -> None:
    command = [sys.executable, "-m", "tests.fuzz", "--seed", "5", "--inputs", "60"]
    said = {
        subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
        ).stdout.rpartition("digest ")[2]
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_a_planted_mistake_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("vcluster_config.lint.check")
    honest = module.run

    def planted(config: object, document: object, *more: object, **named: object) -> object:
        assert not any("pods" in text and "enabled" in text for text in document.sources.values())
        return honest(config, document, *more, **named)

    monkeypatch.setattr(module, "run", planted)
    case = Case("file", ("# a comment\nsync:\n  toHost:\n    pods:\n      enabled: true\n    services: {}\n",))
    error = failure(case)
    assert error is not None
    small = shrink(case, fails_like(kind(error)))
    assert sum(map(len, small.parts)) <= 14
    monkeypatch.undo()
    assert failure(small) is None


def test_a_hang_is_a_finding() -> None:
    def hang() -> Never:
        while True:
            pass

    with pytest.raises(Hang), limit(0.05):
        hang()
