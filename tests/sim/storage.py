"""Versioned objects with history, as etcd keeps them: one counter, ordered changes, compaction."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from vcluster_syncer.kube import decode
from vcluster_syncer.kube.api import JSON, Entry, EventType, Key, WatchEvent
from vcluster_syncer.kube.errors import Gone

Table = tuple[str, str]
"""Group and plural: versions of one resource share their objects."""
Matches = Callable[[Entry], bool]


Observer = Callable[[Table, Entry | None, Entry | None], None]
"""Told of every change at the moment it happens."""


class Change(NamedTuple):
    revision: int
    old: Entry | None
    """As a watch tells it: of a deleted object the final state."""
    new: Entry | None
    before: Entry | None
    """As it was stored."""


class Storage:
    """Everything is stored as bytes, so no caller can change what is stored."""

    def __init__(self) -> None:
        self.revision = 1
        self._tables: dict[Table, dict[Key, Entry]] = defaultdict(dict)
        self._history: dict[Table, list[Change]] = defaultdict(list)
        self._oldest = 0
        self._wakers: dict[Table | None, list[asyncio.Event]] = defaultdict(list)
        """Those of None are for changes of any table."""
        self._sorted: dict[Table, list[Entry]] = {}
        self.observers: list[Observer] = []

    def get(self, table: Table, key: Key) -> Entry | None:
        return self._tables[table].get(key)

    def entries(self, table: Table) -> list[Entry]:
        """Sorted as etcd sorts keys."""
        if table not in self._sorted:
            held = self._tables[table]
            self._sorted[table] = [held[key] for key in sorted(held)]
        return list(self._sorted[table])

    def entries_at(self, table: Table, revision: int) -> list[Entry] | None:
        """What ``entries`` was at an earlier revision; None when that has been compacted."""
        if revision < self._oldest:
            return None
        held = dict(self._tables[table])
        for change in reversed(self._history[table]):
            if change.revision <= revision:
                break
            if change.new is not None:
                del held[change.new.meta.key]
            if change.before is not None:
                held[change.before.meta.key] = change.before
        return [held[key] for key in sorted(held)]

    def tables(self) -> list[Table]:
        return list(self._tables)

    def put(self, table: Table, key: Key, obj: JSON) -> Entry:
        """Store a version under the next revision, which becomes its resource version."""
        self.revision += 1
        obj["metadata"]["resourceVersion"] = str(self.revision)
        entry = decode.entry(msgspec.json.encode(obj))
        old = self._tables[table].get(key)
        self._record(table, old, entry, old)
        self._tables[table][key] = entry
        return entry

    def remove(self, table: Table, key: Key, final: JSON | None = None) -> Entry:
        """Remove an object; ``final`` is its state in the DELETED event when it differs from the stored one."""
        self.revision += 1
        old = self._tables[table].pop(key)
        self._record(table, old if final is None else _versioned(final, self.revision), None, old)
        return old

    def compact(self) -> None:
        """Forget history: watches and continue tokens from before are Gone."""
        self._oldest = self.revision
        for history in self._history.values():
            history.clear()

    def changes(self, table: Table, since: int) -> list[Change]:
        """Changes after a revision.

        Raises:
            Gone: some of them have been compacted.
        """
        if since < self._oldest:
            raise Gone(410, "Expired", f"too old resource version: {since} ({self._oldest})")
        history = self._history[table]
        return history[bisect_right(history, since, key=lambda change: change.revision) :]

    def waker(self, *tables: Table) -> asyncio.Event:
        """An event that is set at every change of one of the tables, or of any."""
        event = asyncio.Event()
        for table in tables or (None,):
            self._wakers[table].append(event)
        return event

    def drop_waker(self, table: Table, event: asyncio.Event) -> None:
        self._wakers[table].remove(event)

    def wake_all(self) -> None:
        for wakers in self._wakers.values():
            for waker in wakers:
                waker.set()

    def _record(self, table: Table, old: Entry | None, new: Entry | None, before: Entry | None) -> None:
        self._history[table].append(Change(self.revision, old, new, before))
        self._sorted.pop(table, None)
        for observe in self.observers:
            observe(table, old, new)
        for waker in self._wakers[table]:
            waker.set()
        for waker in self._wakers[None]:
            waker.set()


def as_event(change: Change, matches: Matches) -> WatchEvent | None:
    """What a watcher with a selector sees: an object that stops matching is DELETED for it."""
    before = change.old is not None and matches(change.old)
    after = change.new is not None and matches(change.new)
    if after:
        assert change.new is not None
        return WatchEvent(EventType.MODIFIED if before else EventType.ADDED, change.new)
    if before:
        assert change.old is not None
        return WatchEvent(EventType.DELETED, _versioned(change.old.decode(), change.revision))
    return None


def bookmark(revision: int) -> WatchEvent:
    return WatchEvent(EventType.BOOKMARK, _versioned({"metadata": {}}, revision))


def _versioned(obj: dict[str, Any], revision: int) -> Entry:
    obj["metadata"]["resourceVersion"] = str(revision)
    return decode.entry(msgspec.json.encode(obj))
