"""Kubernetes' two timestamp formats (API conventions: Time with seconds, MicroTime with microseconds)."""

from __future__ import annotations

from datetime import UTC, datetime


def time(moment: datetime) -> str:
    """RFC 3339 with seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_time(moment: datetime) -> str:
    """RFC 3339 with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
