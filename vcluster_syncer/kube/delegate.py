"""A client around another one, so that whoever changes what happens to a request need not repeat the verbs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar, Unpack

from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import (
    JSON,
    Client,
    CreateOptions,
    DeleteOptions,
    Key,
    ListOptions,
    Page,
    PatchOptions,
    PatchType,
    WatchEvent,
    WatchOptions,
    WriteOptions,
)

T = TypeVar("T")
Send = Callable[[], Awaitable[T]]
READS: Final = frozenset({"get", "list", "watch"})
"""Verbs that change nothing."""


class Request(NamedTuple):
    """One request as RBAC sees it, with what it sends."""

    verb: str
    resource: Resource
    key: Key
    """Of a new object without a name, the name is empty."""
    subresource: str = ""
    body: JSON | list[JSON] | None = None
    dry_run: bool = False


class DelegatingClient:
    """A ``Client`` that passes everything on; a wrapper overrides ``_send`` or ``watch``."""

    def __init__(self, inner: Client) -> None:
        self._inner = inner

    async def _send(self, request: Request, send: Send[T]) -> T:  # noqa: ARG002 - wrappers decide by it
        """Called for every request to a resource but watches."""
        return await send()

    def list_page(
        self, resource: Resource, namespace: str = "", **options: Unpack[ListOptions]
    ) -> Coroutine[Any, Any, Page]:
        """Pass on, see ``Client``."""
        call = partial(self._inner.list_page, resource, namespace, **options)
        return self._send(Request("list", resource, Key(namespace, "")), call)

    def watch(
        self, resource: Resource, namespace: str = "", **options: Unpack[WatchOptions]
    ) -> AsyncGenerator[WatchEvent, None]:
        """Pass on, see ``Client``."""
        return self._inner.watch(resource, namespace, **options)

    def get(self, resource: Resource, key: Key, *, subresource: str = "") -> Coroutine[Any, Any, JSON]:
        """Pass on, see ``Client``."""
        call = partial(self._inner.get, resource, key, subresource=subresource)
        return self._send(Request("get", resource, key, subresource), call)

    def create(
        self, resource: Resource, namespace: str, body: JSON, **options: Unpack[CreateOptions]
    ) -> Coroutine[Any, Any, JSON]:
        """Pass on, see ``Client``."""
        key = Key(namespace, options.get("name") or body.get("metadata", {}).get("name", ""))
        request = Request(
            "create", resource, key, options.get("subresource", ""), body, dry_run=options.get("dry_run", False)
        )
        return self._send(request, partial(self._inner.create, resource, namespace, body, **options))

    def update(
        self, resource: Resource, key: Key, body: JSON, **options: Unpack[WriteOptions]
    ) -> Coroutine[Any, Any, JSON]:
        """Pass on, see ``Client``."""
        request = Request("update", resource, key, options.get("subresource", ""), body)
        return self._send(request, partial(self._inner.update, resource, key, body, **options))

    def patch(
        self,
        resource: Resource,
        key: Key,
        body: JSON | list[JSON],
        patch_type: PatchType = PatchType.MERGE,
        **options: Unpack[PatchOptions],
    ) -> Coroutine[Any, Any, JSON]:
        """Pass on, see ``Client``."""
        request = Request(
            "patch", resource, key, options.get("subresource", ""), body, dry_run=options.get("dry_run", False)
        )
        return self._send(request, partial(self._inner.patch, resource, key, body, patch_type, **options))

    def delete(self, resource: Resource, key: Key, **options: Unpack[DeleteOptions]) -> Coroutine[Any, Any, None]:
        """Pass on, see ``Client``."""
        return self._send(Request("delete", resource, key), partial(self._inner.delete, resource, key, **options))

    async def raw_get(self, path: str) -> bytes:
        """Pass on, see ``Client``."""
        return await self._inner.raw_get(path)
