"""Turns bytes of an API server into cache entries without decoding what nobody asked for, because decoding dominates.

Only metadata is decoded. The managedFields are cut out of the bytes in place: a third of an object nobody reads.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import msgspec

from vcluster_syncer.kube.api import JSON, Entry, EventType, Key, Meta, Page, WatchEvent
from vcluster_syncer.kube.errors import ApiError, Unreachable, from_status


class _Owner(msgspec.Struct, gc=False):
    uid: str = ""


class _Metadata(msgspec.Struct, rename="camel", gc=False):
    name: str = ""
    namespace: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: int = 0
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    finalizers: tuple[str, ...] | None = None
    owner_references: list[_Owner] | None = None
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None
    managed_fields: msgspec.Raw = msgspec.Raw()


class _Object(msgspec.Struct, gc=False):
    metadata: _Metadata


class _ListMetadata(msgspec.Struct, rename={"resource_version": "resourceVersion", "continue_token": "continue"}):
    resource_version: str = ""
    continue_token: str = ""


class _List(msgspec.Struct):
    metadata: _ListMetadata
    items: list[msgspec.Raw] | None = None


class _Event(msgspec.Struct):
    type: str
    object: msgspec.Raw


_OBJECT: Final = msgspec.json.Decoder(_Object)
_LIST: Final = msgspec.json.Decoder(_List)
_EVENT: Final = msgspec.json.Decoder(_Event)
_JSON: Final = msgspec.json.Decoder(dict[str, Any])
_NONE: Final[dict[str, str]] = {}
_KEY: Final = b'"managedFields":'


class Malformed(Unreachable):
    """An answer came, but it is no Kubernetes JSON: as good as none."""

    def __init__(self, what: str, error: Exception) -> None:
        super().__init__(f"malformed {what}: {error}", sent=True)


def entry(raw: bytes | msgspec.Raw) -> Entry:
    """One object as JSON.

    Raises:
        Malformed: it is no object with metadata.
    """
    try:
        metadata = _OBJECT.decode(raw).metadata
    except msgspec.MsgspecError as error:
        raise Malformed("object", error) from error
    body = bytes(raw)
    if managed_fields := bytes(metadata.managed_fields):
        body = _without_managed_fields(body, managed_fields)
    return Entry(_meta(metadata), body)


def json_object(raw: bytes) -> JSON:
    """A whole object.

    Raises:
        Malformed: it is no JSON object.
    """
    try:
        return _JSON.decode(raw)
    except msgspec.MsgspecError as error:
        raise Malformed("answer", error) from error


def page(raw: bytes, kind: str, api_version: str) -> Page:
    """One page of a list.

    Items of built-in lists carry no kind and apiVersion of their own; they are put back, so that an entry looks the
    same whether it came from a list or a watch.

    Raises:
        Malformed: it is no list.
    """
    try:
        decoded = _LIST.decode(raw)
    except msgspec.MsgspecError as error:
        raise Malformed("list", error) from error
    prefix = b'{"kind":"%s","apiVersion":"%s",' % (kind.encode(), api_version.encode())
    entries = [_typed(entry(item), prefix) for item in decoded.items or ()]
    return Page(entries, decoded.metadata.resource_version, decoded.metadata.continue_token)


def watch_event(line: bytes) -> WatchEvent:
    """One line of a watch.

    Raises:
        ApiError: the line is an ERROR event; ``Gone`` when the resource version is too old.
        Malformed: it is no event.
    """
    try:
        decoded = _EVENT.decode(line)
        if decoded.type == "ERROR":
            status = _JSON.decode(decoded.object)
            raise from_status(status, int(status.get("code", 500)))
        return WatchEvent(EventType(decoded.type), entry(decoded.object))
    except (msgspec.MsgspecError, ValueError) as error:
        raise Malformed("watch event", error) from error


def status_error(code: int, body: bytes, retry_after: str) -> ApiError:
    """The exception for a failed answer; bodies that are no Status (proxies, overload) become its message."""
    try:
        status = _JSON.decode(body)
    except msgspec.MsgspecError:
        status = {"message": body[:500].decode("utf-8", "replace").strip()}
    if retry_after.isdigit():
        status["details"] = {"retryAfterSeconds": int(retry_after)} | (status.get("details") or {})
    return from_status(status, code)


def _meta(metadata: _Metadata) -> Meta:
    intern = sys.intern
    labels, annotations = metadata.labels, metadata.annotations
    return Meta(
        key=Key(intern(metadata.namespace), metadata.name),
        uid=metadata.uid,
        resource_version=metadata.resource_version,
        generation=metadata.generation,
        labels={intern(key): intern(value) for key, value in labels.items()} if labels else _NONE,
        annotations={intern(key): value for key, value in annotations.items()} if annotations else _NONE,
        finalizers=metadata.finalizers or (),
        owner_uids=tuple([owner.uid for owner in metadata.owner_references]) if metadata.owner_references else (),
        deletion_timestamp=metadata.deletion_timestamp,
        deletion_grace_period_seconds=metadata.deletion_grace_period_seconds,
    )


def _without_managed_fields(body: bytes, value: bytes) -> bytes:
    """Cut the member out with one of its commas; its key is unambiguous unless an embedded object has it too."""
    start = body.find(_KEY)
    after_key = start + len(_KEY)
    if start < 0 or body.find(_KEY, after_key) >= 0 or not body.startswith(value, after_key):
        return _decoded_without_managed_fields(body)
    end = after_key + len(value)
    if body[start - 1 : start] == b",":
        return body[: start - 1] + body[end:]
    return body[:start] + body[end + (body[end : end + 1] == b",") :]


def _decoded_without_managed_fields(body: bytes) -> bytes:
    decoded = msgspec.json.decode(body)
    decoded["metadata"].pop("managedFields", None)
    return msgspec.json.encode(decoded)


def _typed(item: Entry, prefix: bytes) -> Entry:
    raw = item.raw
    if raw.startswith(b'{"metadata":'):
        return Entry(item.meta, prefix + raw[1:])
    return item
