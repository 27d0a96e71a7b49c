"""Which ConfigMaps and Secrets are in use, as one set per pod computed from its current spec, so nothing lingers."""

from __future__ import annotations

from collections import Counter

from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import Entry, Key, Store
from vcluster_syncer.translate.references import references

Reference = tuple[Resource, Key]
_NOTHING: frozenset[Reference] = frozenset()


class References:
    """References of all virtual pods; shared by the syncers that ask."""

    def __init__(self, pods: Store) -> None:
        self._pods = pods
        self._of: dict[Key, tuple[tuple[str, str | int], frozenset[Reference]]] = {}
        self._uses: Counter[Reference] = Counter()
        self._latest: tuple[Key, str, frozenset[Reference]] = (Key("", ""), "", _NOTHING)

    def used(self, resource: Resource, key: Key) -> bool:
        """Whether some virtual pod refers to the object."""
        return (resource, key) in self._uses

    def changed(self, pod: Key) -> frozenset[Reference]:
        """References that the last change of ``pod`` added or dropped; the same answer for everybody who asks."""
        entry = self._pods.get(pod)
        version = entry.meta.resource_version if entry else ""
        if self._latest[:2] != (pod, version):
            self._latest = (pod, version, self._update(pod, entry))
        return self._latest[2]

    def _update(self, pod: Key, entry: Entry | None) -> frozenset[Reference]:
        known, before = self._of.get(pod, (None, _NOTHING))
        if entry is None:
            self._of.pop(pod, None)
            after = _NOTHING
        else:
            # Status changes leave the generation alone; servers that do not count it for pods say 0.
            edition = (entry.meta.uid, entry.meta.generation or entry.meta.resource_version)
            if edition == known:
                return _NOTHING
            after = references(entry.decode())
            self._of[pod] = (edition, after)
        self._uses.update(after - before)
        for reference in before - after:
            self._uses[reference] -= 1
            if not self._uses[reference]:
                del self._uses[reference]
        return before ^ after
