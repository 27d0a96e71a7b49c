from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.unit.bootstrap.host import Host
from vcluster_contract.kinds import SERVICES


class ManualClock:
    def __init__(self) -> None:
        self.elapsed = timedelta()

    def monotonic(self) -> float:
        return self.elapsed.total_seconds()

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + self.elapsed

    async def sleep(self, seconds: float) -> None:
        self.elapsed += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def service() -> dict[str, Any]:
    return {
        "metadata": {"name": "demo", "namespace": "team", "uid": "service-uid"},
        "spec": {"clusterIP": "10.96.3.4", "clusterIPs": ["10.96.3.4"]},
    }


@pytest.fixture
def host(service: dict[str, Any]) -> Host:
    host = Host("10.96.0.0/12")
    host.put(SERVICES, service)
    return host
