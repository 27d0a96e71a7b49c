"""What is wrong right now, in one place that readiness, metrics and people read."""

from __future__ import annotations

import logging

import msgspec

_logger = logging.getLogger(__name__)


class Condition(msgspec.Struct, frozen=True):
    """One fact about the syncer, in the manner of Kubernetes conditions."""

    type: str
    status: bool
    message: str = ""


class Conditions:
    """The current conditions by type; changes are logged once."""

    def __init__(self) -> None:
        self._current: dict[str, Condition] = {}

    def set(self, type: str, status: bool, message: str = "") -> None:
        """Replace one condition."""
        before = self._current.get(type)
        self._current[type] = Condition(type, status, message)
        if before is None or before.status != status:
            details = {"condition": type, "status": status, "detail": message}
            _logger.info("Condition changed", extra=details)

    def get(self, type: str) -> bool:
        """Whether the condition is known and true."""
        found = self._current.get(type)
        return found is not None and found.status

    def all(self) -> list[Condition]:
        """All conditions, ordered by type."""
        return [self._current[type] for type in sorted(self._current)]
