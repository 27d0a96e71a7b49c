"""Elects one leader by a Lease, and fences: a leader that cannot renew stops writing before another can start.

A lease alone does not exclude two writers, because a paused process does not know that time has passed. So leadership
is a deadline on the monotonic clock, checked at every write (see ``fence``), and counted from before the renewal was
sent.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Never

import msgspec

from vcluster_contract.kinds import LEASES
from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube.api import JSON, Client, Key
from vcluster_syncer.kube.errors import AlreadyExists, ApiError, Conflict, NotFound, Unreachable
from vcluster_syncer.kube.timestamps import micro_time

_logger = logging.getLogger(__name__)


class Timings(msgspec.Struct, frozen=True):
    """Seconds, with the meaning of Kubernetes' leader election: duration > renew deadline > retry period."""

    duration: float = 60.0
    renew_deadline: float = 40.0
    retry_period: float = 15.0


class Elector:
    """Takes and keeps one Lease.

    Another candidate's lease counts as expired only when its record has not changed for its duration on *our*
    monotonic clock, so that clocks need not agree.
    """

    def __init__(
        self,
        client: Client,
        key: Key,
        identity: str,
        clock: Clock,
        random: Random,
        *,
        timings: Timings | None = None,
        on_change: Callable[[bool], None] | None = None,
    ) -> None:
        self._client = client
        self._key = key
        self._identity = identity
        self._clock = clock
        self._random = random
        self._timings = timings or Timings()
        self._on_change = on_change
        self._deadline = float("-inf")
        self._announced = False
        self._held: JSON = {}
        """Our lease as last written: renewing it needs no read."""
        self._seen: JSON = {}
        self._seen_at = float("-inf")
        self.epoch = 0
        """``leaseTransitions`` of our term; grows with every change of leader."""
        self._elected = asyncio.Event()

    @property
    def leading(self) -> bool:
        """Whether we may write at this moment."""
        return self._clock.monotonic() < self._deadline

    async def wait_elected(self) -> None:
        """Wait until we lead."""
        await self._elected.wait()

    async def run(self) -> Never:
        """Campaign and renew until cancelled; leadership is then given up, so that a successor starts at once."""
        try:
            while True:
                await self._step()
                await self._clock.sleep(self._pause())
        finally:
            await self._resign()

    def _pause(self) -> float:
        """Renewals come evenly; candidates spread, and come when the lease they see ends."""
        if self.leading:
            left = self._deadline - self._clock.monotonic()
            return min(self._timings.retry_period, max(left / 2, 0.1))
        return self._timings.retry_period * self._random.uniform(0.1, 0.3)

    async def _step(self) -> None:
        started = self._clock.monotonic()
        try:
            async with asyncio.timeout(self._timings.retry_period):
                won = await self._try_acquire()
        except (ApiError, Unreachable, TimeoutError) as error:
            _logger.info("The leader lease could not be read or written", extra={"error": str(error)})
            self._held = {}
            won = None
        if won:
            self._deadline = started + self._timings.renew_deadline
        elif won is False:
            self._deadline = float("-inf")
        self._announce()

    def _announce(self) -> None:
        leading = self.leading
        if leading == self._announced:
            return
        self._announced = leading
        _logger.info("Leadership changed", extra={"leading": leading, "epoch": self.epoch})
        if leading:
            self._elected.set()
        else:
            self._elected.clear()
        if self._on_change is not None:
            self._on_change(leading)

    async def _try_acquire(self) -> bool:
        if self._held and await self._take(self._held, self._held["spec"], mine=True):
            return True
        self._held = {}
        try:
            lease = await self._client.get(LEASES, self._key)
        except NotFound:
            return await self._create()
        spec = lease.get("spec") or {}
        self._observe(spec)
        mine = spec.get("holderIdentity") == self._identity
        if not mine and not self._expired(spec):
            return False
        return await self._take(lease, spec, mine=mine)

    def _observe(self, spec: JSON) -> None:
        if spec != self._seen:
            self._seen = spec
            self._seen_at = self._clock.monotonic()

    def _expired(self, spec: JSON) -> bool:
        if not spec.get("holderIdentity"):
            return True
        duration = float(spec.get("leaseDurationSeconds") or self._timings.duration)
        return self._clock.monotonic() - self._seen_at > duration

    async def _create(self) -> bool:
        body = {
            "apiVersion": LEASES.api_version,
            "kind": LEASES.kind,
            "metadata": {"name": self._key.name, "namespace": self._key.namespace},
            "spec": self._spec(acquired=micro_time(self._clock.now()), transitions=0),
        }
        try:
            self._held = await self._client.create(LEASES, self._key.namespace, body)
        except AlreadyExists:
            return False
        self.epoch = 0
        return True

    async def _take(self, lease: JSON, spec: JSON, *, mine: bool) -> bool:
        transitions = int(spec.get("leaseTransitions") or 0) + (0 if mine else 1)
        acquired = spec.get("acquireTime") if mine else None
        body = dict(lease, spec=self._spec(acquired=acquired or micro_time(self._clock.now()), transitions=transitions))
        try:
            self._held = await self._client.update(LEASES, self._key, body)
        except Conflict:
            return False
        self.epoch = transitions
        return True

    def _spec(self, *, acquired: str, transitions: int) -> JSON:
        return {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": int(self._timings.duration),
            "acquireTime": acquired,
            "renewTime": micro_time(self._clock.now()),
            "leaseTransitions": transitions,
        }

    async def _resign(self) -> None:
        was_leading, self._deadline = self.leading, float("-inf")
        self._announce()
        if not was_leading:
            return
        try:
            async with asyncio.timeout(2):
                lease = await self._client.get(LEASES, self._key)
                spec = lease.get("spec") or {}
                if spec.get("holderIdentity") == self._identity:
                    body = dict(lease, spec=dict(spec, holderIdentity="", leaseDurationSeconds=1))
                    await self._client.update(LEASES, self._key, body)
        except (ApiError, Unreachable, TimeoutError) as error:
            _logger.info("The leader lease could not be given up", extra={"error": str(error)})
