"""Samples by row and side, and how they become one line of the table."""

from __future__ import annotations

import statistics
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass
class Figures:
    """What was measured: ``samples[row][side]`` is a list of values in the row's unit."""

    samples: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))

    def add(self, row: str, side: str, value: float) -> None:
        """One measured value."""
        self.samples[row][side].append(value)

    def add_quantiles(self, row: str, side: str, seconds: list[float]) -> None:
        """p50 and p99 of latencies, in milliseconds."""
        ordered = sorted(seconds)
        self.add(f"{row}, ms p50", side, 1000 * statistics.median(ordered))
        self.add(f"{row}, ms p99", side, 1000 * ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))])

    def markdown(self) -> str:
        """The table: medians, spread in brackets where there are several runs, ratio to the bare host."""
        lines = ["| measure | virtual cluster | bare host | ratio |", "| --- | --- | --- | --- |"]
        for row, sides in self.samples.items():
            ours, bare = sides.get("virtual"), sides.get("host")
            ratio = f"{statistics.median(ours) / statistics.median(bare):.2f}" if ours and bare and any(bare) else "–"
            lines.append(f"| {row} | {_cell(ours)} | {_cell(bare)} | {ratio} |")
        return "\n".join(lines)


def _cell(values: list[float] | None) -> str:
    if not values:
        return "–"
    middle = _short(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} ({_short(min(values))}–{_short(max(values))})"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"
