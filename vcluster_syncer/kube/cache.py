"""Keeps a local copy of one resource equal to the server's, whatever happens to server and network in between.

List consistently in pages, then watch from the list's resource version (Kubernetes API concepts, "Efficient detection
of changes"). Handlers see real differences only: a re-list is compared with what is held.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import Final, Never

import msgspec

from vcluster_contract.kinds import Resource
from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube.api import Client, Entry, EventType, Key, WatchEvent
from vcluster_syncer.kube.backoff import Backoff
from vcluster_syncer.kube.errors import ApiError, Forbidden, Gone, NotFound, TooManyRequests, Unreachable
from vcluster_syncer.kube.store import IndexFunction, MemoryStore

IDLE_TIMEOUT: Final = 100.0
"""Seconds without event or bookmark after which a watch counts as hung; kube-apiserver sends a bookmark a minute."""
WATCH_SECONDS: Final = (300, 600)
REFUSED_DELAY: Final = 60.0
"""Seconds between attempts while the resource is forbidden or not served."""
HEALTHY_AFTER: Final = 1.0
"""Seconds a watch must have lasted for its end to count as ordinary."""

Handler = Callable[[Key, Entry | None, Entry | None], None]
"""Gets key, old and new version. On deletion ``new`` is None and ``old`` the final state as the server reported it,
or None when the object was only expected (see ``Cache.expect``) and never seen.

An object replaced under its name arrives as one change whose versions differ in UID. Must not block.
"""
_logger = logging.getLogger(__name__)


class CacheStats(msgspec.Struct):
    """What a cache has done since its start; read by metrics."""

    lists: int = 0
    watches: int = 0
    events: int = 0
    failures: int = 0
    gone: int = 0
    hung: int = 0


class Cache:
    """List/watch cache of one resource; implements ``vcluster_syncer.kube.api.Store``.

    ``run`` never ends by itself. While the server refuses the resource, ``degraded`` holds its answer, what is held
    stays readable, and the resource is tried again slowly.
    """

    def __init__(
        self,
        client: Client,
        resource: Resource,
        clock: Clock,
        random: Random,
        *,
        namespace: str = "",
        label_selector: str = "",
        field_selector: str = "",
        page_size: int = 500,
        on_degraded: Callable[[Resource, ApiError | None], None] | None = None,
    ) -> None:
        self.resource = resource
        self.stats = CacheStats()
        self.degraded: ApiError | None = None
        self._client = client
        self._clock = clock
        self._random = random
        self._namespace = namespace
        self._label_selector = label_selector
        self._field_selector = field_selector
        self._page_size = page_size
        self._on_degraded = on_degraded
        self._store = MemoryStore()
        self._handlers: list[Handler] = []
        self._synced = asyncio.Event()
        self._resource_version = ""
        self._expected: dict[Key, str] = {}
        self._backoff = Backoff(random, first=0.8, limit=10.0)

    @property
    def synced(self) -> bool:
        """Whether the first list has been read completely."""
        return self._synced.is_set()

    async def wait_synced(self) -> None:
        """Wait until ``synced``."""
        await self._synced.wait()

    def get(self, key: Key) -> Entry | None:
        """The object as last seen."""
        return self._store.get(key)

    def entries(self) -> list[Entry]:
        """All objects."""
        return self._store.entries()

    def by_index(self, index: str, value: str) -> list[Entry]:
        """Objects for which the named index function gave ``value``."""
        return self._store.by_index(index, value)

    def __len__(self) -> int:
        return len(self._store)

    def size(self) -> int:
        """Bytes of all objects as JSON."""
        return self._store.size()

    def add_index(self, name: str, function: IndexFunction) -> None:
        """Register an index before or after the start."""
        self._store.add_index(name, function)

    def add_handler(self, handler: Handler) -> None:
        """Call ``handler`` for every later difference; register before ``run`` to see all objects."""
        self._handlers.append(handler)

    def expect(self, key: Key, resource_version: str) -> None:
        """An object was seen elsewhere at this version; should it never show up here, handlers are told it is gone.

        They are then called with neither an old nor a new version. Versions that cannot be compared are not waited for.
        """
        comparable = resource_version.isdecimal()
        if comparable and self._store.get(key) is None and is_newer(resource_version, self._resource_version):
            self._expected[key] = resource_version

    async def run(self) -> Never:
        """Follow the server until cancelled."""
        while True:
            delay = await self._follow_once()
            if delay > 0:
                await self._clock.sleep(delay)

    async def _follow_once(self) -> float:
        """List if needed and watch until the stream ends; the answer is the delay before the next round."""
        started, events = self._clock.monotonic(), self.stats.events
        failure: ApiError | Unreachable | None = None
        try:
            if not self._resource_version:
                await self._list()
                started = self._clock.monotonic()
            await self._watch()
        except Gone:
            self.stats.gone += 1
            self._resource_version = ""
        except (ApiError, Unreachable) as error:
            failure = error
        if self.stats.events > events or self._clock.monotonic() - started > HEALTHY_AFTER:
            self._backoff.reset()
            if failure is None:
                return 0.0
        return self._delay_after(failure)

    def _delay_after(self, failure: ApiError | Unreachable | None) -> float:
        if isinstance(failure, (Forbidden, NotFound)):
            self._set_degraded(failure)
            return REFUSED_DELAY * self._random.uniform(0.5, 1.0)
        delay = self._backoff.next()
        if failure is None:
            return delay
        self.stats.failures += 1
        details = {"resource": self.resource.plural, "error": str(failure), "retry_in": round(delay, 2)}
        _logger.info("Following a resource was interrupted", extra=details)
        return max(delay, failure.retry_after) if isinstance(failure, TooManyRequests) else delay

    async def _list(self) -> None:
        self.stats.lists += 1
        vanished = dict.fromkeys(self._store.keys())
        token, version = "", ""
        while True:
            page = await self._client.list_page(
                self.resource,
                self._namespace,
                label_selector=self._label_selector,
                field_selector=self._field_selector,
                limit=self._page_size,
                continue_token=token,
            )
            version = version or page.resource_version
            for entry in page.entries:
                vanished.pop(entry.meta.key, None)
                self._put(entry)
            token = page.continue_token
            if not token:
                break
        for key in vanished:
            self._remove(key, None)
        self._resource_version = version
        self._settle_expected()
        self._set_degraded(None)
        self._synced.set()

    async def _watch(self) -> None:
        self.stats.watches += 1
        stream = self._client.watch(
            self.resource,
            self._namespace,
            resource_version=self._resource_version,
            label_selector=self._label_selector,
            field_selector=self._field_selector,
            timeout_seconds=self._random.randint(*WATCH_SECONDS),
        )
        loop = asyncio.get_running_loop()
        try:
            async with aclosing(stream) as events, asyncio.timeout(IDLE_TIMEOUT) as watchdog:
                fed = loop.time()
                async for event in events:
                    self._on_event(event)
                    # Moving the timer costs more than handling an event, so it is moved once a second at most.
                    if (now := loop.time()) - fed > 1.0:
                        fed = now
                        watchdog.reschedule(now + IDLE_TIMEOUT)
        except TimeoutError:
            self.stats.hung += 1

    def _on_event(self, event: WatchEvent) -> None:
        self.stats.events += 1
        self._set_degraded(None)
        entry = event.entry
        version = entry.meta.resource_version
        if not is_newer(version, self._resource_version):
            if event.type is EventType.BOOKMARK and version != self._resource_version:
                raise Gone(410, "Expired", f"the server went back from {self._resource_version} to {version}")
            return
        self._resource_version = version
        if event.type is EventType.DELETED:
            self._remove(entry.meta.key, entry)
        elif event.type is not EventType.BOOKMARK:
            self._put(entry)
        if self._expected:
            self._settle_expected()

    def _put(self, entry: Entry) -> None:
        key = entry.meta.key
        held = self._store.get(key)
        if held is not None and _same_version(held, entry):
            return
        self._store.put(key, entry)
        self._notify(key, held, entry)

    def _remove(self, key: Key, final: Entry | None) -> None:
        held = self._store.remove(key)
        if held is not None:
            self._notify(key, final or held, None)

    def _settle_expected(self) -> None:
        """Give up waiting for objects older than what is held now."""
        for key, version in list(self._expected.items()):
            held = self._store.get(key) is not None
            if held or not is_newer(version, self._resource_version):
                del self._expected[key]
                if not held:
                    self._notify(key, None, None)

    def _notify(self, key: Key, old: Entry | None, new: Entry | None) -> None:
        for handler in self._handlers:
            try:
                handler(key, old, new)
            except Exception:
                _logger.exception("A cache handler failed", extra={"resource": self.resource.plural, "key": str(key)})

    def _set_degraded(self, error: ApiError | None) -> None:
        if (error is None) == (self.degraded is None):
            return
        self.degraded = error
        if error is not None:
            _logger.warning("A resource is refused", extra={"resource": self.resource.plural, "error": str(error)})
        if self._on_degraded is not None:
            self._on_degraded(self.resource, error)


def is_newer(version: str, than: str) -> bool:
    """Whether ``version`` is later; versions that are no decimal numbers are taken for later (KEP-5504)."""
    if version.isdecimal() and than.isdecimal():
        return int(version) > int(than)
    return version != than


def _same_version(one: Entry, other: Entry) -> bool:
    return one.meta.resource_version == other.meta.resource_version and one.meta.uid == other.meta.uid
