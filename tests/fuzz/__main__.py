"""``python -m tests.fuzz --seed N --minutes M``: fuzzes the compiler and keeps what it breaks on, made small."""

from __future__ import annotations

import argparse
import re
import resource
import sys
import time
from pathlib import Path

from tests.fuzz.campaign import Campaign

CASES = Path(__file__).parent / "cases"
_MEMORY = 3 << 30


def main() -> int:
    """Fuzz until the time or the inputs are over."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1.0, help="of this process's processor time")
    parser.add_argument("--inputs", type=int, default=sys.maxsize, help="stop after so many")
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--cases", type=Path, default=CASES, help="folder for shrunk failures")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    campaign = Campaign(arguments.seed, count=arguments.first)
    started = time.process_time()
    while (
        time.process_time() - started < 60 * arguments.minutes and campaign.count - arguments.first < arguments.inputs
    ):
        name = campaign.step()
        if name is not None:
            _report(campaign, name, arguments.cases)
        if campaign.count % 10_000 == 0:
            _say(campaign, arguments.first, time.process_time() - started)
    _say(campaign, arguments.first, time.process_time() - started)
    return 1 if campaign.failures else 0


def _report(campaign: Campaign, name: str, folder: Path) -> None:
    index, _, detail = campaign.failures[name]
    case = campaign.shrunk(name)
    file = folder / f"{case.target}-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}.json"
    case.save(file, name)
    sys.stdout.write(f"seed {campaign.seed} input {index}: {name}\n  {detail!r}\n  {case!r}\n  kept as {file.name}\n")
    sys.stdout.flush()


def _say(campaign: Campaign, first: int, seconds: float) -> None:
    done = campaign.count - first
    rate = done / seconds if seconds else 0.0
    counts = ", ".join(f"{name}: {count}" for name, count in campaign.outcomes.most_common())
    sys.stdout.write(f"{done} inputs, {rate:.0f}/s of processor time; {counts}; digest {campaign.digest[:16]}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
