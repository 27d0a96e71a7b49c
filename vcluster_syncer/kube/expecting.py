"""Tells caches what was created through a client, so that an object that lived and died unseen is not waited for.

A cache that lists again learns what is there, not what was there in between. Whoever created such an object and waits
for its events would wait for ever (the "unobserved state" that Sieve, OSDI'22, found in many controllers).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol, TypeVar

from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import JSON, Client, Key
from vcluster_syncer.kube.delegate import DelegatingClient, Request, Send

T = TypeVar("T")
_TELLING: Final = frozenset({"create", "update", "patch"})
"""Verbs whose answer is the object."""


class Expectant(Protocol):
    """A cache that can be told."""

    def expect(self, key: Key, resource_version: str) -> None:
        """An object exists at this version; see ``vcluster_syncer.kube.cache.Cache.expect``."""
        ...


class ExpectingClient(DelegatingClient):
    """A ``Client`` whose answers to writes are made known to the cache of their resource."""

    def __init__(self, inner: Client, caches: Mapping[Resource, Expectant]) -> None:
        super().__init__(inner)
        self._caches = caches

    async def _send(self, request: Request, send: Send[T]) -> T:
        answer = await send()
        cache = self._caches.get(request.resource)
        if cache is not None and request.verb in _TELLING and not request.dry_run and isinstance(answer, dict):
            _tell(cache, request.resource, answer)
        return answer


def _tell(cache: Expectant, resource: Resource, answer: JSON) -> None:
    """Answers of sub-resources may be of another kind and say nothing of the object."""
    metadata = answer.get("metadata", {})
    if answer.get("kind") == resource.kind and "name" in metadata and "resourceVersion" in metadata:
        cache.expect(Key(metadata.get("namespace", ""), metadata["name"]), metadata["resourceVersion"])
