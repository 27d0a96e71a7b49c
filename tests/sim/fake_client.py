"""The ``Client`` of a fake server: adds a user, travel time and an audit log to its verbs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from functools import partial
from typing import TypeVar, Unpack

import msgspec

from tests.sim import answers
from tests.sim.fake_server import Call, FakeServer, in_scope, matcher
from tests.sim.storage import as_event, bookmark
from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import (
    JSON,
    CreateOptions,
    DeleteOptions,
    Entry,
    Key,
    ListOptions,
    Page,
    PatchOptions,
    PatchType,
    WatchEvent,
    WatchOptions,
    WriteOptions,
)
from vcluster_syncer.kube.client import PAGE_SIZE, WATCH_SECONDS
from vcluster_syncer.kube.errors import ApiError, Unreachable

T = TypeVar("T")
BOOKMARK_SECONDS = 60.0


class FakeClient:
    """Implements ``vcluster_syncer.kube.api.Client`` for one user of one server."""

    def __init__(
        self, server: FakeServer, user: str = "syncer", *, latency: tuple[float, float] = (0.0005, 0.003)
    ) -> None:
        self.server = server
        self.user = user
        self.latency = latency

    async def list_page(self, resource: Resource, namespace: str = "", **options: Unpack[ListOptions]) -> Page:
        matches = matcher(options.get("label_selector", ""), options.get("field_selector", ""))

        def answer() -> Page:
            limit, token = options.get("limit", PAGE_SIZE), options.get("continue_token", "")
            recent = not options.get("resource_version", "")
            found = self.server.list_page(resource, namespace, matches, limit, token, recent=recent)
            return Page(found[0], str(found[1]), found[2])

        return await self._call("list", resource, "", Key(namespace, ""), answer)

    async def watch(
        self, resource: Resource, namespace: str = "", **options: Unpack[WatchOptions]
    ) -> AsyncGenerator[WatchEvent, None]:
        selected = matcher(options.get("label_selector", ""), options.get("field_selector", ""))
        seen = int(options["resource_version"])
        await self._call("watch", resource, "", Key(namespace, ""), lambda: self.server.changes(resource, seen))
        loop = asyncio.get_running_loop()
        end, next_bookmark = loop.time() + options.get("timeout_seconds", WATCH_SECONDS), loop.time() + BOOKMARK_SECONDS

        def matches(entry: Entry) -> bool:
            return in_scope(entry, resource, namespace) and selected(entry)

        with self.server.connection(resource) as connection:
            while True:
                connection.changed.clear()
                for change in self.server.changes(resource, seen):
                    seen = change.revision
                    if (event := as_event(change, matches)) is not None:
                        await self._travel()
                        await connection.check()
                        yield event
                await connection.check()
                now = loop.time()
                if now >= min(end, next_bookmark) and not connection.changed.is_set():
                    next_bookmark = now + BOOKMARK_SECONDS
                    seen = self.server.storage.revision
                    yield bookmark(seen)
                if now >= end:
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(min(end, next_bookmark)):
                        await connection.changed.wait()

    async def get(self, resource: Resource, key: Key, *, subresource: str = "") -> JSON:
        return await self._call("get", resource, subresource, key, lambda: self.server.get(resource, key))

    async def create(self, resource: Resource, namespace: str, body: JSON, **options: Unpack[CreateOptions]) -> JSON:
        key = Key(namespace, options.get("name") or body.get("metadata", {}).get("name", ""))
        subresource, manager = options.get("subresource", ""), options.get("field_manager") or self.user

        def answer() -> JSON:
            if resource.plural == "selfsubjectaccessreviews":
                return self._review(body)
            if subresource:
                return self.server.create_subresource(resource, key, subresource, body)
            dry_run = options.get("dry_run", False)
            return self.server.create(resource, namespace, body, manager=manager, dry_run=dry_run)

        return await self._call("create", resource, subresource, key, answer)

    async def update(self, resource: Resource, key: Key, body: JSON, **options: Unpack[WriteOptions]) -> JSON:
        subresource, manager = options.get("subresource", ""), options.get("field_manager") or self.user
        call = partial(self.server.update, resource, key, body, subresource=subresource, manager=manager)
        return await self._call("update", resource, subresource, key, call)

    async def patch(
        self,
        resource: Resource,
        key: Key,
        body: JSON | list[JSON],
        patch_type: PatchType = PatchType.MERGE,
        **options: Unpack[PatchOptions],
    ) -> JSON:
        manager = options.get("field_manager", "") or ("" if patch_type is PatchType.APPLY else self.user)
        call = partial(
            self.server.patch,
            resource,
            key,
            body,
            patch_type,
            subresource=options.get("subresource", ""),
            manager=manager,
            force=options.get("force", False),
            dry_run=options.get("dry_run", False),
        )
        return await self._call("patch", resource, options.get("subresource", ""), key, call)

    async def delete(self, resource: Resource, key: Key, **options: Unpack[DeleteOptions]) -> None:
        call = partial(
            self.server.delete,
            resource,
            key,
            uid=options.get("uid", ""),
            resource_version=options.get("resource_version", ""),
            grace=options.get("grace_period_seconds"),
            propagation=options.get("propagation"),
        )
        await self._call("delete", resource, "", key, call)

    async def raw_get(self, path: str) -> bytes:
        await self._travel()
        await self.server.reached()
        if path.startswith(("/readyz", "/livez", "/healthz")):
            return b"ok"
        if path == "/version":
            return msgspec.json.encode({"major": "1", "minor": "36", "gitVersion": "v1.36.3"})
        raise answers.not_served()

    def _review(self, body: JSON) -> JSON:
        """A SelfSubjectAccessReview, which everybody may ask for and which stores nothing."""
        asked = body["spec"]["resourceAttributes"]
        resource = Resource(asked["group"], asked["version"], asked["resource"], "")
        allowed = self.server.authorizer(self.user, asked["verb"], resource, asked["subresource"], asked["namespace"])
        return {**body, "status": {"allowed": allowed}}

    async def _travel(self) -> None:
        await asyncio.sleep(self.server.random.uniform(*self.latency))

    async def _call(self, verb: str, resource: Resource, subresource: str, key: Key, answer: Callable[[], T]) -> T:
        await self._travel()
        await self.server.reached()
        epoch, revision = self.server.epoch, self.server.storage.revision
        code = 201 if verb == "create" else 200
        try:
            reviewing = resource.plural == "selfsubjectaccessreviews"
            if not reviewing and not self.server.authorizer(self.user, verb, resource, subresource, key.namespace):
                raise answers.forbidden(self.user, verb, resource, subresource, key.namespace)
            result = answer()
        except ApiError as error:
            code = error.code
            raise
        finally:
            changed = self.server.storage.revision != revision
            time = asyncio.get_running_loop().time()
            self.server.calls.append(Call(time, self.user, verb, resource, subresource, key, code, changed))
        await self._travel()
        if self.server.epoch != epoch:
            raise Unreachable("connection reset by the server", sent=True)
        return result
