"""A tiny metrics registry: three instrument types do not justify the memory of a client library in every tenant's pod.

The output is the Prometheus text exposition format, version 0.0.4. Labels are bounded by the number of kinds: no
metric is ever labelled by an object or a namespace.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds of the buckets of durations."""


class _Instrument:
    """What all instruments share: a name, a help text and label names."""

    type: str

    def __init__(self, name: str, help: str, labels: tuple[str, ...]) -> None:
        self.name = name
        self.help = help
        self.label_names = labels

    def lines(self) -> Iterator[str]:
        """Samples in exposition format."""
        raise NotImplementedError

    def _labels(self, values: tuple[str, ...], *extra: tuple[str, str]) -> str:
        pairs = [*zip(self.label_names, values, strict=True), *extra]
        return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in pairs) + "}" if pairs else ""


class Counter(_Instrument):
    """A number that only grows."""

    type = "counter"

    def __init__(self, name: str, help: str, labels: tuple[str, ...] = ()) -> None:
        super().__init__(name, help, labels)
        self._values: dict[tuple[str, ...], float] = {}

    def inc(self, *labels: str, by: float = 1) -> None:
        """Add ``by`` to the sample with these label values."""
        self._values[labels] = self._values.get(labels, 0) + by

    def value(self, *labels: str) -> float:
        """Current value; 0 for a sample never touched."""
        return self._values.get(labels, 0)

    def lines(self) -> Iterator[str]:
        """Samples in exposition format."""
        for labels, value in self._values.items():
            yield f"{self.name}{self._labels(labels)} {_number(value)}"


class Gauge(Counter):
    """A number that goes up and down, set by us or read when asked."""

    type = "gauge"

    def __init__(
        self,
        name: str,
        help: str,
        labels: tuple[str, ...] = (),
        read: Callable[[], Mapping[tuple[str, ...], float]] | None = None,
    ) -> None:
        super().__init__(name, help, labels)
        self._read = read

    def set(self, value: float, *labels: str) -> None:
        """Replace the sample with these label values."""
        self._values[labels] = value

    def lines(self) -> Iterator[str]:
        """Samples in exposition format."""
        if self._read is not None:
            self._values = dict(self._read())
        yield from super().lines()


class Histogram(_Instrument):
    """Durations in cumulative buckets."""

    type = "histogram"

    def __init__(
        self, name: str, help: str, labels: tuple[str, ...] = (), buckets: tuple[float, ...] = SECONDS
    ) -> None:
        super().__init__(name, help, labels)
        self._buckets = buckets
        self._samples: dict[tuple[str, ...], list[int]] = {}
        self._sums: dict[tuple[str, ...], float] = {}

    def observe(self, value: float, *labels: str) -> None:
        """Count one observation."""
        counts = self._samples.setdefault(labels, [0] * (len(self._buckets) + 1))
        counts[bisect_left(self._buckets, value)] += 1
        self._sums[labels] = self._sums.get(labels, 0.0) + value

    def lines(self) -> Iterator[str]:
        """Samples in exposition format."""
        for labels, counts in self._samples.items():
            total = 0
            for bound, count in zip((*map(_number, self._buckets), "+Inf"), counts, strict=True):
                total += count
                yield f"{self.name}_bucket{self._labels(labels, ('le', bound))} {total}"
            yield f"{self.name}_sum{self._labels(labels)} {_number(self._sums[labels])}"
            yield f"{self.name}_count{self._labels(labels)} {total}"


class Registry:
    """All instruments of the process."""

    def __init__(self) -> None:
        self._instruments: list[_Instrument] = []

    def counter(self, name: str, help: str, labels: tuple[str, ...] = ()) -> Counter:
        """Register a counter."""
        counter = Counter(name, help, labels)
        self._instruments.append(counter)
        return counter

    def gauge(
        self,
        name: str,
        help: str,
        labels: tuple[str, ...] = (),
        read: Callable[[], Mapping[tuple[str, ...], float]] | None = None,
    ) -> Gauge:
        """Register a gauge; with ``read`` its samples are taken at each scrape."""
        gauge = Gauge(name, help, labels, read)
        self._instruments.append(gauge)
        return gauge

    def histogram(self, name: str, help: str, labels: tuple[str, ...] = ()) -> Histogram:
        """Register a histogram of seconds."""
        histogram = Histogram(name, help, labels)
        self._instruments.append(histogram)
        return histogram

    def render(self) -> str:
        """The exposition."""
        lines: list[str] = []
        for instrument in self._instruments:
            lines += (f"# HELP {instrument.name} {instrument.help}", f"# TYPE {instrument.name} {instrument.type}")
            lines += instrument.lines()
        return "\n".join(lines) + "\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
