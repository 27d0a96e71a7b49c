"""What the pod syncer remembers between looks; all of it only saves requests or time and may be lost at any moment."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON, Entry, Key, Meta


class Pending(msgspec.Struct, frozen=True):
    """A write that succeeded and has not shown up in the cache."""

    uid: str
    """UID of the virtual pod."""
    at: float
    """Monotonic seconds."""


class _Written(msgspec.Struct, frozen=True):
    replaced: frozenset[str]
    """Resource versions that this write and those before it replaced."""
    pod: JSON


class Ahead:
    """Pods of one side as our last write left them, for as long as the cache still shows a version before it."""

    def __init__(self) -> None:
        self._written: dict[Key, _Written] = {}

    def wrote(self, key: Key, before: str, pod: JSON) -> None:
        """A write turned the pod at resource version ``before`` into ``pod``."""
        earlier = self._written.get(key)
        self._written[key] = _Written((earlier.replaced if earlier else frozenset()) | {before}, pod)

    def newest(self, entry: Entry) -> JSON:
        """The pod, decoded: as we wrote it while the cache shows a version that the write replaced."""
        written = self._written.get(entry.meta.key)
        if written is not None:
            if entry.meta.resource_version in written.replaced:
                return written.pod
            del self._written[entry.meta.key]
        return entry.decode()

    def forget(self, key: Key) -> None:
        """The pod is gone."""
        self._written.pop(key, None)


class Versions(NamedTuple):
    """All that a look at a running pod depends on."""

    virtual: str
    host: str
    secret: str
    namespace_labels: dict[str, str] | None


class InStep(NamedTuple):
    """Nothing is to be done for a pod in these versions until its tokens are due."""

    versions: Versions
    renewal: float | None
    """Monotonic seconds; None when no token will ever be due."""


class PodMemory:
    """Facts by key of the virtual pod."""

    def __init__(self) -> None:
        self._virtual_keys: dict[Key, Key] = {}
        self._last: dict[Key, Entry] = {}
        self.virtual = Ahead()
        self.host = Ahead()
        self._waiting: dict[str, set[Key]] = {}
        self.created: dict[Key, Pending] = {}
        self.bound: dict[Key, Pending] = {}
        self.in_step: dict[Key, InStep] = {}

    def saw_host(self, key: Key, host: Entry) -> None:
        """The host cache shows ``host`` for the virtual pod ``key``."""
        self._virtual_keys[host.meta.key] = key
        self._last[key] = host
        created = self.created.get(key)
        if created is not None and created.uid == host.meta.annotations.get(markers.OBJECT_UID):
            del self.created[key]

    def virtual_key(self, host: Key) -> Key | None:
        """The virtual pod whose host pod had the key ``host``."""
        return self._virtual_keys.get(host)

    def last_host(self, virtual: Meta) -> Entry | None:
        """The host pod of exactly this virtual pod as last seen, even if it is gone."""
        entry = self._last.get(virtual.key)
        return entry if entry and entry.meta.annotations.get(markers.OBJECT_UID) == virtual.uid else None

    def caught_up(self, key: Key, host: Key) -> None:
        """Both caches show our last writes; a pod at rest then costs no more than its entries there."""
        self.virtual.forget(key)
        self.host.forget(host)
        self.bound.pop(key, None)

    def forget(self, key: Key, host: Key) -> None:
        """Neither side has the pod any more."""
        self._virtual_keys.pop(host, None)
        self.virtual.forget(key)
        self.host.forget(host)
        for facts in (self._last, self.created, self.bound, self.in_step):
            facts.pop(key, None)

    def wait_for(self, what: str, key: Key) -> None:
        """``key`` cannot go on before ``what`` is there."""
        self._waiting.setdefault(what, set()).add(key)

    def released(self, what: str) -> list[Key]:
        """Keys that waited for ``what``, which is there now."""
        return sorted(self._waiting.pop(what, ()))
