"""Time and chance as values that are passed in, so that the same code runs on virtual time in the simulator."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The only source of time."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes backwards."""
        ...

    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait; a simulator returns as soon as virtual time has advanced."""
        ...


class SystemClock:
    """Real time."""

    def monotonic(self) -> float:
        """Seconds of the system's monotonic clock."""
        return time.monotonic()

    def now(self) -> datetime:
        """Wall-clock time in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait on the running event loop."""
        await asyncio.sleep(seconds)


Random = random.Random
"""Source of jitter and generated names; seeded in the simulator."""
