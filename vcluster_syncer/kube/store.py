"""Objects in memory with indices, knowing nothing of how they got here, so that reading needs no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vcluster_syncer.kube.api import Entry, Key

IndexFunction = Callable[[Entry], Iterable[str]]
"""Values under which an object is found; called once per version of an object."""


class MemoryStore:
    """A dictionary of entries by key with named indices; iteration order is insertion order."""

    def __init__(self) -> None:
        self._entries: dict[Key, Entry] = {}
        self._indices: dict[str, _Index] = {}

    def add_index(self, name: str, function: IndexFunction) -> None:
        """Register an index; objects already held are indexed at once."""
        index = self._indices[name] = _Index(function)
        for key, entry in self._entries.items():
            index.put(key, entry)

    def get(self, key: Key) -> Entry | None:
        """The object as last seen."""
        return self._entries.get(key)

    def entries(self) -> list[Entry]:
        """All objects."""
        return list(self._entries.values())

    def keys(self) -> list[Key]:
        """Keys of all objects."""
        return list(self._entries)

    def by_index(self, index: str, value: str) -> list[Entry]:
        """Objects for which the named index function gave ``value``."""
        return [self._entries[key] for key in self._indices[index].find(value)]

    def __len__(self) -> int:
        return len(self._entries)

    def size(self) -> int:
        """Bytes of all objects as JSON."""
        return sum(len(entry.raw) for entry in self._entries.values())

    def put(self, key: Key, entry: Entry) -> Entry | None:
        """Store a version and return the one it replaces."""
        old = self._entries.get(key)
        self._entries[key] = entry
        for index in self._indices.values():
            index.put(key, entry)
        return old

    def remove(self, key: Key) -> Entry | None:
        """Forget an object and return its last version."""
        old = self._entries.pop(key, None)
        if old is not None:
            for index in self._indices.values():
                index.remove(key)
        return old


class _Index:
    """Both directions of one index, so that an update never needs the function's answer for the old version."""

    def __init__(self, function: IndexFunction) -> None:
        self._function = function
        self._keys: dict[str, dict[Key, None]] = {}
        self._values: dict[Key, tuple[str, ...]] = {}

    def find(self, value: str) -> Iterable[Key]:
        return self._keys.get(value, ())

    def put(self, key: Key, entry: Entry) -> None:
        values = tuple(self._function(entry))
        if values == self._values.get(key, ()):
            return
        self.remove(key)
        if values:
            self._values[key] = values
        for value in values:
            self._keys.setdefault(value, {})[key] = None

    def remove(self, key: Key) -> None:
        for value in self._values.pop(key, ()):
            keys = self._keys[value]
            keys.pop(key, None)
            if not keys:
                del self._keys[value]
