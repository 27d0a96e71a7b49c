from __future__ import annotations

from vcluster_syncer.metrics import Registry


def test_exposition_format() -> None:
    registry = Registry()
    writes = registry.counter("writes_total", "Writes.", ("kind", "code"))
    writes.inc("pods", "200")
    writes.inc("pods", "200", by=2)
    writes.inc('a"b\\c\n', "409")
    registry.gauge("depth", "Depth.", read=lambda: {(): 1.5})
    assert registry.render() == (
        "# HELP writes_total Writes.\n"
        "# TYPE writes_total counter\n"
        'writes_total{kind="pods",code="200"} 3\n'
        'writes_total{kind="a\\"b\\\\c\\n",code="409"} 1\n'
        "# HELP depth Depth.\n"
        "# TYPE depth gauge\n"
        "depth 1.5\n"
    )


def test_histogram_buckets_are_cumulative_and_bounds_inclusive() -> None:
    registry = Registry()
    lag = registry.histogram("lag_seconds", "Lag.", ("kind",))
    for value in (0.001, 0.02, 99.0):
        lag.observe(value, "pods")
    lines = registry.render().splitlines()
    assert 'lag_seconds_bucket{kind="pods",le="0.001"} 1' in lines
    assert 'lag_seconds_bucket{kind="pods",le="0.025"} 2' in lines
    assert 'lag_seconds_bucket{kind="pods",le="30"} 2' in lines
    assert 'lag_seconds_bucket{kind="pods",le="+Inf"} 3' in lines
    assert 'lag_seconds_count{kind="pods"} 3' in lines
    assert 'lag_seconds_sum{kind="pods"} 99.021' in lines


def test_gauges_are_read_anew_at_each_scrape() -> None:
    registry = Registry()
    samples = {("a",): 1.0}
    registry.gauge("objects", "Objects.", ("kind",), lambda: samples)
    assert 'objects{kind="a"} 1' in registry.render()
    samples.clear()
    assert "kind=" not in registry.render()
