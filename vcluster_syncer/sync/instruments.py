"""The syncer's metrics, named once. Their names are an interface; labels are kinds, sides and codes only."""

from __future__ import annotations

from vcluster_syncer.metrics import Registry


class Instruments:
    """Everything the engine and the guarded clients count."""

    def __init__(self, registry: Registry) -> None:
        self.lag = registry.histogram(
            "sync_lag_seconds", "From the change of an object to the write it caused.", ("kind", "direction")
        )
        self.writes = registry.counter(
            "sync_writes_total",
            "Writes by kind, side, verb and HTTP code (0: no answer).",
            ("kind", "side", "verb", "code"),
        )
        self.conflicts = registry.counter("sync_conflicts_total", "Writes that met a newer object.", ("kind",))
        self.errors = registry.counter("sync_errors_total", "Failed reconciles by kind and reason.", ("kind", "reason"))
        self.repairs = registry.counter(
            "sync_patrol_repairs_total", "Differences that no event announced; should stay 0.", ("kind",)
        )
        self.loops = registry.counter("sync_loop_breaker_total", "Fights over a field that were given up.", ("kind",))
        self.off = registry.gauge("sync_kind_off", "1 while a kind is off because access is denied.", ("kind",))
        self.refused = registry.gauge(
            "cache_refused", "1 while an API server does not let us follow a kind.", ("kind", "side")
        )
