"""``python -m tests.sim FIRST LAST``: plays a range of storms and names the seeds that end badly, each replayable."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time

from tests.sim.loop import simulate
from tests.sim.nemesis import STORMY
from tests.sim.test_syncer_storm import story


def play(seed: int) -> str:
    """The reason for which a storm ended badly, or nothing."""
    try:
        simulate(story(seed, STORMY, storm=True))
    except Exception as error:  # noqa: BLE001 - any way to fail is a finding
        return f"{type(error).__name__}: {error}"
    return ""


def main() -> int:
    """Play the seeds of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("last", type=int, nargs="?", help="inclusive; the first alone without it")
    arguments = parser.parse_args()
    # Judged all the same, but not shown.
    logging.basicConfig(handlers=[logging.NullHandler()])
    seeds = range(arguments.first, (arguments.last or arguments.first) + 1)
    started, failed = time.process_time(), []
    for seed in seeds:
        if reason := play(seed):
            failed.append(seed)
            sys.stdout.write(f"seed {seed}: {reason}\n")
            sys.stdout.flush()
    spent = time.process_time() - started
    sys.stdout.write(f"{len(failed)} of {len(seeds)} seeds failed: {failed}; {spent:.1f} s of CPU\n")
    return 1 if failed else 0


if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != "0":
        # Sets iterate by hash: only with a fixed one does a seed tell the same story in every process.
        os.execve(sys.executable, [sys.executable, "-m", "tests.sim", *sys.argv[1:]], {**os.environ, "PYTHONHASHSEED": "0"})  # fmt: skip # noqa: E501, S606
    sys.exit(main())
