"""Draws inputs one after the other from a seed, so that any of them can be drawn again."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Final

from tests.fuzz.case import Case, Hang, kind
from tests.fuzz.guard import limit
from tests.fuzz.shrink import shrink
from tests.fuzz.targets import TARGETS, run

if TYPE_CHECKING:
    from collections.abc import Callable

SECONDS: Final = 10.0
_NAMES: Final = tuple(TARGETS)
_WEIGHTS: Final = tuple(target.weight for target in TARGETS.values())


@dataclass
class Campaign:
    """What was run and what was found; ``digest`` depends on how every input went."""

    seed: int
    count: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: dict[str, tuple[int, Case, str]] = field(default_factory=dict)
    digest: str = ""

    def step(self) -> str | None:
        """Run the next input; the name of a failure that is new."""
        index, self.count = self.count, self.count + 1
        case = draw(self.seed, index)
        error = failure(case)
        name = kind(error) if error is not None else ""
        self.outcomes[name or "ok"] += 1
        self.outcomes[f"target {case.target}"] += 1
        self.digest = hashlib.sha256(f"{self.digest}{name}{case!r}".encode("ascii", "backslashreplace")).hexdigest()
        if index % 2000 == 0:
            gc.collect()
        if error is None or name in self.failures:
            return None
        self.failures[name] = (index, case, str(error)[:500])
        return name

    def shrunk(self, name: str) -> Case:
        """The smallest input found that fails in the same way."""
        return shrink(self.failures[name][1], fails_like(name))


def draw(seed: int, index: int) -> Case:
    """An input."""
    random = Random(f"{seed}:{index}")  # noqa: S311 - not for secrets
    (target,) = random.choices(_NAMES, _WEIGHTS)
    return Case(target, TARGETS[target].make(random))


def failure(case: Case) -> BaseException | None:
    """How an input fails, if it does."""
    try:
        with limit(SECONDS):
            run(case)
    except (Exception, Hang) as error:  # noqa: BLE001 - any way to fail is a finding
        return error
    return None


def fails_like(name: str) -> Callable[[Case], bool]:
    """Whether an input fails in that way."""

    def fails(case: Case) -> bool:
        error = failure(case)
        return error is not None and kind(error) == name

    return fails
