"""Metrics that are read off the parts at scrape time rather than counted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final, Never

from vcluster_syncer.app.sides import Sides
from vcluster_syncer.bootstrap import issued
from vcluster_syncer.clock import Clock
from vcluster_syncer.kube.cache import Cache
from vcluster_syncer.metrics import Registry
from vcluster_syncer.sync.engine import Engine

_SAMPLE_EVERY: Final = 5.0


def observe(registry: Registry, sides: Sides, engine: Engine) -> None:
    """Register caches and queues."""
    labels = ("kind", "side")
    registry.gauge("cache_objects", "Objects held by a cache.", labels, lambda: _per_cache(sides, len))
    registry.gauge("cache_bytes", "JSON bytes held by a cache.", labels, lambda: _per_cache(sides, lambda c: c.size()))
    registry.gauge("queue_depth", "Keys in line.", ("kind", "priority"), engine.depths)
    registry.gauge("sync_oldest_unsynced_seconds", "Age of the longest waiting key.", ("kind",), engine.oldest)


def observe_certificates(registry: Registry, clock: Clock, pki: Path) -> None:
    """Register the life left of every certificate of the control plane, in seconds."""

    def left() -> dict[tuple[str, ...], float]:
        now = clock.now()
        return {(name,): (found.until - now).total_seconds() for name, found in issued.read(pki).items()}

    registry.gauge("cert_expiry_seconds", "Seconds until a certificate ends.", ("cert",), left)


async def watch_loop(registry: Registry, clock: Clock) -> Never:
    """Sample how late the event loop wakes us."""
    stalls = registry.histogram("event_loop_stall_seconds", "Lateness of a timer, sampled.")
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + _SAMPLE_EVERY
        await clock.sleep(_SAMPLE_EVERY)
        stalls.observe(max(0.0, loop.time() - due))


def _per_cache(sides: Sides, measure: Callable[[Cache], int]) -> dict[tuple[str, ...], float]:
    return {
        (resource.plural, side): measure(cache)
        for side, caches in (("host", sides.host), ("virtual", sides.virtual))
        for resource, cache in caches.items()
    }
