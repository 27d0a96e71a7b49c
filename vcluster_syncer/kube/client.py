"""The real ``Client``: Kubernetes verbs as HTTP requests, answers as entries, JSON or exceptions."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Final, Unpack

import msgspec

from vcluster_contract.kinds import Resource
from vcluster_syncer.clock import Clock
from vcluster_syncer.kube import decode, paths
from vcluster_syncer.kube.access import Access
from vcluster_syncer.kube.api import (
    JSON,
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
from vcluster_syncer.kube.connection import Response
from vcluster_syncer.kube.http import HttpClient, Stream

LIST_TIMEOUT: Final = 60.0
PAGE_SIZE: Final = 500
WATCH_SECONDS: Final = 300
_encode = msgspec.json.Encoder().encode


class KubeClient:
    """One API server and one identity; see ``vcluster_syncer.kube.api.Client`` for the contract of each method."""

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    @classmethod
    def connect(cls, access: Access, clock: Clock) -> KubeClient:
        """A client for ``access``; the first request opens the first connection."""
        return cls(HttpClient(access, clock))

    async def list_page(self, resource: Resource, namespace: str = "", **options: Unpack[ListOptions]) -> Page:
        """One page of objects."""
        limit = options.get("limit", PAGE_SIZE)
        query = {
            "labelSelector": options.get("label_selector", ""),
            "fieldSelector": options.get("field_selector", ""),
            "limit": str(limit) if limit else "",
            "continue": options.get("continue_token", ""),
            "resourceVersion": options.get("resource_version", ""),
        }
        path = paths.with_query(paths.collection(resource, namespace), query)
        response = await self.http.request("GET", path, timeout=LIST_TIMEOUT)
        return decode.page(_checked(response).body, resource.kind, resource.api_version)

    async def watch(
        self, resource: Resource, namespace: str = "", **options: Unpack[WatchOptions]
    ) -> AsyncGenerator[WatchEvent, None]:
        """Events after ``resource_version``; leaving the iteration closes the connection."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": options["resource_version"],
            "labelSelector": options.get("label_selector", ""),
            "fieldSelector": options.get("field_selector", ""),
            "timeoutSeconds": str(options.get("timeout_seconds", WATCH_SECONDS)),
        }
        stream = await self.http.stream(paths.with_query(paths.collection(resource, namespace), query))
        try:
            if stream.status != 200:
                raise decode.status_error(stream.status, await _rest(stream), "")
            rest = b""
            while data := await stream.read():
                *lines, rest = (rest + data).split(b"\n") if rest else data.split(b"\n")
                for line in lines:
                    yield decode.watch_event(line)
        finally:
            stream.close()

    async def get(self, resource: Resource, key: Key, *, subresource: str = "") -> JSON:
        """The object, read from storage."""
        return _json(await self.http.request("GET", paths.item(resource, key, subresource)))

    async def create(self, resource: Resource, namespace: str, body: JSON, **options: Unpack[CreateOptions]) -> JSON:
        """POST."""
        path = paths.collection(resource, namespace)
        if name := options.get("name"):
            path = paths.item(resource, Key(namespace, name), options.get("subresource", ""))
        query = {
            "fieldManager": options.get("field_manager", ""),
            "dryRun": "All" if options.get("dry_run") else "",
        }
        return _json(await self.http.request("POST", paths.with_query(path, query), body=_encode(body)))

    async def update(self, resource: Resource, key: Key, body: JSON, **options: Unpack[WriteOptions]) -> JSON:
        """PUT."""
        query = {"fieldManager": options.get("field_manager", "")}
        path = paths.with_query(paths.item(resource, key, options.get("subresource", "")), query)
        return _json(await self.http.request("PUT", path, body=_encode(body)))

    async def patch(
        self,
        resource: Resource,
        key: Key,
        body: JSON | list[JSON],
        patch_type: PatchType = PatchType.MERGE,
        **options: Unpack[PatchOptions],
    ) -> JSON:
        """PATCH."""
        query = {
            "fieldManager": options.get("field_manager", ""),
            "force": "true" if options.get("force") else "",
            "dryRun": "All" if options.get("dry_run") else "",
        }
        path = paths.with_query(paths.item(resource, key, options.get("subresource", "")), query)
        return _json(await self.http.request("PATCH", path, body=_encode(body), content_type=patch_type.value))

    async def delete(self, resource: Resource, key: Key, **options: Unpack[DeleteOptions]) -> None:
        """DELETE with its options as body."""
        body: dict[str, Any] = {"kind": "DeleteOptions", "apiVersion": "v1"}
        preconditions = {"uid": options.get("uid"), "resourceVersion": options.get("resource_version")}
        if kept := {name: value for name, value in preconditions.items() if value}:
            body["preconditions"] = kept
        if (grace := options.get("grace_period_seconds")) is not None:
            body["gracePeriodSeconds"] = grace
        if propagation := options.get("propagation"):
            body["propagationPolicy"] = propagation
        _checked(await self.http.request("DELETE", paths.item(resource, key), body=_encode(body)))

    async def raw_get(self, path: str) -> bytes:
        """GET of any path; the body as it came."""
        return _checked(await self.http.request("GET", path, accept="*/*")).body

    def close(self) -> None:
        """Drop the connections."""
        self.http.close()


def _checked(response: Response) -> Response:
    if response.status >= 300:
        raise decode.status_error(*response)
    return response


def _json(response: Response) -> JSON:
    return decode.json_object(_checked(response).body)


async def _rest(stream: Stream) -> bytes:
    parts = []
    while data := await stream.read():
        parts.append(data)
    return b"".join(parts)
