"""The real ``Client``: Kubernetes verbs as HTTP requests, answers as entries, JSON or exceptions."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any, Final

import msgspec

from vcluster_contract.kinds import Resource
from vcluster_syncer.clock import Clock
from vcluster_syncer.kube import decode, paths
from vcluster_syncer.kube.access import Access
from vcluster_syncer.kube.api import JSON, Key, Page, PatchType, Propagation, WatchEvent
from vcluster_syncer.kube.connection import Response
from vcluster_syncer.kube.http import HttpClient, Stream

LIST_TIMEOUT: Final = 60.0
_encode = msgspec.json.Encoder().encode


class KubeClient:
    """One API server and one identity; see ``vcluster_syncer.kube.api.Client`` for the contract of each method."""

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    @classmethod
    def connect(cls, access: Access, clock: Clock) -> KubeClient:
        """A client for ``access``; the first request opens the first connection."""
        return cls(HttpClient(access, clock))

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
        """One page of objects; a continue token that is too old raises ``Gone``."""
        query = {
            "labelSelector": label_selector,
            "fieldSelector": field_selector,
            "limit": str(limit) if limit else "",
            "continue": continue_token,
            "resourceVersion": resource_version,
        }
        path = paths.with_query(paths.collection(resource, namespace), query)
        response = await self.http.request("GET", path, timeout=LIST_TIMEOUT)
        return decode.page(_checked(response).body, resource.kind, resource.api_version)

    async def watch(
        self,
        resource: Resource,
        namespace: str = "",
        *,
        resource_version: str,
        label_selector: str = "",
        field_selector: str = "",
        timeout_seconds: int = 300,
    ) -> AsyncGenerator[WatchEvent, None]:
        """Events after ``resource_version``; leaving the iteration closes the connection."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "labelSelector": label_selector,
            "fieldSelector": field_selector,
            "timeoutSeconds": str(timeout_seconds),
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
        """POST to the collection, or to the sub-resource of ``name``."""
        path = paths.collection(resource, namespace)
        if name:
            path = paths.item(resource, Key(namespace, name), subresource)
        query = {"fieldManager": field_manager, "dryRun": "All" if dry_run else ""}
        return _json(await self.http.request("POST", paths.with_query(path, query), body=_encode(body)))

    async def update(
        self, resource: Resource, key: Key, body: JSON, *, subresource: str = "", field_manager: str = ""
    ) -> JSON:
        """PUT with the body's resource version as precondition."""
        path = paths.with_query(paths.item(resource, key, subresource), {"fieldManager": field_manager})
        return _json(await self.http.request("PUT", path, body=_encode(body)))

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
        """PATCH; an apply patch is sent as JSON, which is YAML too."""
        query = {
            "fieldManager": field_manager,
            "force": "true" if force else "",
            "dryRun": "All" if dry_run else "",
        }
        path = paths.with_query(paths.item(resource, key, subresource), query)
        return _json(await self.http.request("PATCH", path, body=_encode(body), content_type=patch_type.value))

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
        """DELETE with its options as body."""
        options: dict[str, Any] = {"kind": "DeleteOptions", "apiVersion": "v1"}
        preconditions = {"uid": uid, "resourceVersion": resource_version}
        if uid or resource_version:
            options["preconditions"] = {name: value for name, value in preconditions.items() if value}
        if grace_period_seconds is not None:
            options["gracePeriodSeconds"] = grace_period_seconds
        if propagation:
            options["propagationPolicy"] = propagation
        _checked(await self.http.request("DELETE", paths.item(resource, key), body=_encode(options)))

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
