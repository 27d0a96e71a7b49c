"""Tells caches what was created through a client, so that an object that lived and died unseen is not waited for.

A cache that lists again learns what is there, not what was there in between. Whoever created such an object and waits
for its events would wait for ever (the "unobserved state" that Sieve, OSDI'22, found in many controllers).
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, ParamSpec, Protocol

from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import JSON, Client, Key

P = ParamSpec("P")


class Expectant(Protocol):
    """A cache that can be told."""

    def expect(self, key: Key, resource_version: str) -> None:
        """An object exists at this version; see ``vcluster_syncer.kube.cache.Cache.expect``."""
        ...


class ExpectingClient:
    """A ``Client`` whose answers to writes are made known to the cache of their resource."""

    def __init__(self, inner: Client, caches: Mapping[Resource, Expectant]) -> None:
        self.list_page = inner.list_page
        self.watch = inner.watch
        self.get = inner.get
        self.raw_get = inner.raw_get
        self.delete = inner.delete
        self.create = _expecting(inner.create, caches)
        self.update = _expecting(inner.update, caches)
        self.patch = _expecting(inner.patch, caches)


def _expecting(
    write: Callable[P, Coroutine[Any, Any, JSON]], caches: Mapping[Resource, Expectant]
) -> Callable[P, Coroutine[Any, Any, JSON]]:
    async def guarded(*args: P.args, **kwargs: P.kwargs) -> JSON:
        answer = await write(*args, **kwargs)
        resource = args[0]
        if isinstance(resource, Resource) and resource in caches and not kwargs.get("dry_run"):
            _tell(caches[resource], resource, answer)
        return answer

    return guarded


def _tell(cache: Expectant, resource: Resource, answer: JSON) -> None:
    """Answers of sub-resources may be of another kind and say nothing of the object."""
    metadata = answer.get("metadata", {})
    if answer.get("kind") == resource.kind and "name" in metadata and "resourceVersion" in metadata:
        cache.expect(Key(metadata.get("namespace", ""), metadata["name"]), metadata["resourceVersion"])
