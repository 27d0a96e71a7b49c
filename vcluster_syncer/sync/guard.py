"""The client that syncers really get: it counts, breaks loops and slows down when an API server asks for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial
from typing import Final, TypeVar

from vcluster_contract.kinds import Resource
from vcluster_syncer.clock import Clock
from vcluster_syncer.kube.api import JSON, Client, Key, Page, PatchType, Propagation, WatchEvent
from vcluster_syncer.kube.errors import ApiError, TooManyRequests
from vcluster_syncer.metrics import Counter
from vcluster_syncer.sync.breaker import LoopBreaker
from vcluster_syncer.sync.tally import CURRENT, Request, SideName

T = TypeVar("T")

_COUNTED_SUBRESOURCES: Final = ("", "status")
"""Writes to others (binding, token) and nameless ones (reviews) say the same again and again and are no loop."""


class GuardedClient:
    """A ``Client`` around another one; see ``vcluster_syncer.kube.api.Client`` for each method."""

    def __init__(self, inner: Client, side: SideName, breaker: LoopBreaker, clock: Clock, writes: Counter) -> None:
        self._inner = inner
        self._side = side
        self._breaker = breaker
        self._clock = clock
        self._writes = writes
        self._slow_until = 0.0

    async def list_page(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        label_selector: str = "",
        field_selector: str = "",
        limit: int = 500,
        continue_token: str = "",
        resource_version: str = "",
    ) -> Page:
        """One page of objects."""
        return await self._inner.list_page(
            resource,
            namespace,
            label_selector=label_selector,
            field_selector=field_selector,
            limit=limit,
            continue_token=continue_token,
            resource_version=resource_version,
        )

    def watch(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        resource_version: str,
        label_selector: str = "",
        field_selector: str = "",
        timeout_seconds: int = 300,
    ) -> AsyncGenerator[WatchEvent, None]:
        """Events after ``resource_version``."""
        return self._inner.watch(
            resource,
            namespace,
            resource_version=resource_version,
            label_selector=label_selector,
            field_selector=field_selector,
            timeout_seconds=timeout_seconds,
        )

    async def get(self, resource: Resource, key: Key, *, subresource: str = "") -> JSON:
        """The object, read from storage."""
        request = self._request("get", resource, key, subresource)
        return await self._send(request, partial(self._inner.get, resource, key, subresource=subresource))

    async def create(
        self,
        resource: Resource,
        namespace: str,
        body: JSON,
        *,
        name: str = "",
        subresource: str = "",
        field_manager: str = "",
        dry_run: bool = False,
    ) -> JSON:
        """POST."""
        key = Key(namespace, name or body.get("metadata", {}).get("name", ""))
        request = self._request("create", resource, key, subresource)
        call = partial(
            self._inner.create,
            resource,
            namespace,
            body,
            name=name,
            subresource=subresource,
            field_manager=field_manager,
            dry_run=dry_run,
        )
        return await self._write(request, body, call)

    async def update(
        self, resource: Resource, key: Key, body: JSON, *, subresource: str = "", field_manager: str = ""
    ) -> JSON:
        """PUT."""
        request = self._request("update", resource, key, subresource)
        call = partial(self._inner.update, resource, key, body, subresource=subresource, field_manager=field_manager)
        return await self._write(request, body, call)

    async def patch(
        self,
        resource: Resource,
        key: Key,
        body: JSON | list[JSON],
        patch_type: PatchType = PatchType.MERGE,
        *,
        subresource: str = "",
        field_manager: str = "",
        force: bool = False,
        dry_run: bool = False,
    ) -> JSON:
        """PATCH."""
        request = self._request("patch", resource, key, subresource)
        call = partial(
            self._inner.patch,
            resource,
            key,
            body,
            patch_type,
            subresource=subresource,
            field_manager=field_manager,
            force=force,
            dry_run=dry_run,
        )
        return await self._write(request, body, call)

    async def delete(
        self,
        resource: Resource,
        key: Key,
        *,
        uid: str = "",
        resource_version: str = "",
        grace_period_seconds: int | None = None,
        propagation: Propagation | None = None,
    ) -> None:
        """DELETE."""
        call = partial(
            self._inner.delete,
            resource,
            key,
            uid=uid,
            resource_version=resource_version,
            grace_period_seconds=grace_period_seconds,
            propagation=propagation,
        )
        await self._counted(self._request("delete", resource, key, ""), call)

    async def raw_get(self, path: str) -> bytes:
        """GET of a path that is no resource."""
        return await self._inner.raw_get(path)

    def _request(self, verb: str, resource: Resource, key: Key, subresource: str) -> Request:
        return Request(self._side, verb, resource, key, subresource)

    async def _write(self, request: Request, body: JSON | list[JSON], call: Callable[[], Awaitable[JSON]]) -> JSON:
        target = (self._side, request.resource, request.key, request.subresource)
        if request.subresource not in _COUNTED_SUBRESOURCES or not request.key.name:
            return await self._counted(request, call)
        digest = self._breaker.check(target, body)
        result = await self._counted(request, call)
        self._breaker.record(target, digest)
        return result

    async def _counted(self, request: Request, call: Callable[[], Awaitable[T]]) -> T:
        code = "0"
        try:
            result = await self._send(request, call)
            code = "200"
        except ApiError as error:
            code = str(error.code)
            raise
        finally:
            self._writes.inc(request.resource.plural, self._side, request.verb, code)
        tally = CURRENT.get()
        if tally is not None:
            tally.writes += 1
        return result

    async def _send(self, request: Request, call: Callable[[], Awaitable[T]]) -> T:
        tally = CURRENT.get()
        if tally is not None:
            tally.last = request
        wait = self._slow_until - self._clock.monotonic()
        if wait > 0:
            await self._clock.sleep(wait)
        try:
            return await call()
        except TooManyRequests as error:
            self._slow_until = self._clock.monotonic() + error.retry_after
            raise
