"""The narrow interface to an API server, which the real client, the fault injector and the simulator all implement."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, Required, TypedDict, Unpack

import msgspec

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from vcluster_contract.kinds import Resource

JSON = dict[str, Any]
"""A decoded Kubernetes object."""


class Key(NamedTuple):
    """Namespace and name; the namespace of a cluster-scoped object is the empty string."""

    namespace: str
    name: str

    def __str__(self) -> str:
        """``namespace/name`` as kubectl writes it."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Meta(msgspec.Struct, frozen=True, gc=False):
    """The slim summary of an object that caches index by; everything else stays undecoded bytes."""

    key: Key
    uid: str
    resource_version: str
    generation: int = 0
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    finalizers: tuple[str, ...] = ()
    owner_uids: tuple[str, ...] = ()
    deletion_timestamp: str | None = None
    deletion_grace_period_seconds: int | None = None

    @property
    def deleting(self) -> bool:
        """Whether deletion has begun."""
        return self.deletion_timestamp is not None


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One cached object: its summary and its JSON bytes without managedFields."""

    meta: Meta
    raw: bytes

    def decode(self) -> JSON:
        """A fresh, mutable copy of the whole object."""
        return msgspec.json.decode(self.raw)  # type: ignore[no-any-return]


class EventType(StrEnum):
    """Types of watch events (Kubernetes API concepts, "Efficient detection of changes")."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"


class WatchEvent(NamedTuple):
    """One event; a BOOKMARK's entry holds only a resource version."""

    type: EventType
    entry: Entry


class Page(NamedTuple):
    """One page of a list."""

    entries: list[Entry]
    resource_version: str
    continue_token: str


class PatchType(StrEnum):
    """Content types of PATCH."""

    JSON = "application/json-patch+json"
    MERGE = "application/merge-patch+json"
    STRATEGIC = "application/strategic-merge-patch+json"
    APPLY = "application/apply-patch+yaml"


Propagation = Literal["Background", "Foreground", "Orphan"]


class ListOptions(TypedDict, total=False):
    """Of a list, with ``limit`` 500 when absent; 0 asks for everything at once."""

    label_selector: str
    field_selector: str
    limit: int
    continue_token: str
    resource_version: str


class WatchOptions(TypedDict, total=False):
    """Of a watch, with ``timeout_seconds`` 300 when absent."""

    resource_version: Required[str]
    label_selector: str
    field_selector: str
    timeout_seconds: int


class WriteOptions(TypedDict, total=False):
    """Of every write with a body."""

    subresource: str
    field_manager: str


class CreateOptions(WriteOptions, total=False):
    """``name`` and ``subresource`` address for example ``pods/NAME/binding``."""

    name: str
    dry_run: bool


class PatchOptions(WriteOptions, total=False):
    """``force`` takes over conflicting fields of an apply patch."""

    force: bool
    dry_run: bool


class DeleteOptions(TypedDict, total=False):
    """Preconditions and manner of a deletion."""

    uid: str
    resource_version: str
    grace_period_seconds: int | None
    propagation: Propagation | None


class Client(Protocol):
    """Typed by resource, not by kind: bodies are plain JSON.

    Every method raises a subclass of ``vcluster_syncer.kube.errors.ApiError`` when the server answers with a Status,
    and ``Unreachable`` when no answer came. ``namespace`` is ignored for cluster-scoped resources; an empty namespace
    on ``list_page`` and ``watch`` means all namespaces.
    """

    async def list_page(self, resource: Resource, namespace: str = "", **options: Unpack[ListOptions]) -> Page:
        """One page of objects; a continue token that is too old raises ``Gone``."""
        ...

    def watch(
        self, resource: Resource, namespace: str = "", **options: Unpack[WatchOptions]
    ) -> AsyncGenerator[WatchEvent, None]:
        """Events after ``resource_version`` with bookmarks, until the server ends the watch.

        Raises ``Gone`` when the version is too old, be it as answer or as ERROR event.
        """
        ...

    async def get(self, resource: Resource, key: Key, *, subresource: str = "") -> JSON:
        """The object, read from storage."""
        ...

    async def create(self, resource: Resource, namespace: str, body: JSON, **options: Unpack[CreateOptions]) -> JSON:
        """POST to the collection, or to the sub-resource of ``name``."""
        ...

    async def update(self, resource: Resource, key: Key, body: JSON, **options: Unpack[WriteOptions]) -> JSON:
        """PUT with the body's resource version as precondition."""
        ...

    async def patch(
        self,
        resource: Resource,
        key: Key,
        body: JSON | list[JSON],
        patch_type: PatchType = PatchType.MERGE,
        **options: Unpack[PatchOptions],
    ) -> JSON:
        """PATCH; an apply patch is JSON, which is YAML too."""
        ...

    async def delete(self, resource: Resource, key: Key, **options: Unpack[DeleteOptions]) -> None:
        """DELETE with preconditions; an absent object raises ``NotFound``, another UID ``Conflict``."""
        ...

    async def raw_get(self, path: str) -> bytes:
        """GET of a path that is no resource, for example ``/readyz`` or ``/version``."""
        ...


class Store(Protocol):
    """Read side of a list/watch cache of one resource on one API server."""

    @property
    def synced(self) -> bool:
        """Whether the first list has been read completely."""
        ...

    def get(self, key: Key) -> Entry | None:
        """The object as last seen."""
        ...

    def entries(self) -> list[Entry]:
        """All objects."""
        ...

    def by_index(self, index: str, value: str) -> list[Entry]:
        """Objects for which the named index function gave ``value``."""
        ...
