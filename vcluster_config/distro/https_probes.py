"""Probes of components that answer HTTPS; the kubelet does not verify their certificates."""

from __future__ import annotations

from vcluster_config.objects import HttpGet, Probe


def https(path: str, port: int, *, period: int, failures: int, timeout: int, delay: int = 0) -> Probe:
    """A probe by GET; times in seconds."""
    return Probe(
        http_get=HttpGet(path=path, port=port, scheme="HTTPS"),
        period_seconds=period,
        failure_threshold=failures,
        timeout_seconds=timeout,
        initial_delay_seconds=delay,
    )
