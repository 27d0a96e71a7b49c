"""The one catalogue of kinds, from which RBAC, syncer wiring, documentation, lint rules and tests are derived."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcluster_contract.config import SyncerConfig


class Direction(StrEnum):
    """Where the user-owned part of an object is written first."""

    TO_HOST = "toHost"
    FROM_HOST = "fromHost"


class Resource(msgspec.Struct, frozen=True):
    """A served resource (group, version, plural) with the facts needed to build its URL."""

    group: str
    version: str
    plural: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        """``v1`` for the core group, ``group/version`` otherwise."""
        return f"{self.group}/{self.version}" if self.group else self.version


class Rule(msgspec.Struct, frozen=True):
    """Verbs on one resource or sub-resource (``pods/exec``) of the host cluster."""

    group: str
    resource: str
    verbs: tuple[str, ...]


class Kind(msgspec.Struct, frozen=True):
    """All we declare about a synced kind."""

    resource: Resource
    direction: Direction
    switch: str
    """Path of its switch in vcluster.yaml, for example ``sync.toHost.pods.enabled``."""
    enabled: Callable[[SyncerConfig], bool]
    host_rules: tuple[Rule, ...]
    """Exactly the host verbs the syncer uses for this kind."""
    virtual_owns: tuple[str, ...] = ()
    """Top-level fields pushed to the host."""
    host_owns: tuple[str, ...] = ()
    """Top-level fields pulled into the virtual cluster."""


PODS: Final = Resource("", "v1", "pods", "Pod")
SERVICES: Final = Resource("", "v1", "services", "Service")
ENDPOINTS: Final = Resource("", "v1", "endpoints", "Endpoints")
ENDPOINT_SLICES: Final = Resource("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice")
CONFIG_MAPS: Final = Resource("", "v1", "configmaps", "ConfigMap")
SECRETS: Final = Resource("", "v1", "secrets", "Secret")
PERSISTENT_VOLUME_CLAIMS: Final = Resource("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim")
PERSISTENT_VOLUMES: Final = Resource("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False)
EVENTS: Final = Resource("", "v1", "events", "Event")
NODES: Final = Resource("", "v1", "nodes", "Node", namespaced=False)
NAMESPACES: Final = Resource("", "v1", "namespaces", "Namespace", namespaced=False)
SERVICE_ACCOUNTS: Final = Resource("", "v1", "serviceaccounts", "ServiceAccount")
STORAGE_CLASSES: Final = Resource("storage.k8s.io", "v1", "storageclasses", "StorageClass", namespaced=False)
PRIORITY_CLASSES: Final = Resource("scheduling.k8s.io", "v1", "priorityclasses", "PriorityClass", namespaced=False)
LEASES: Final = Resource("coordination.k8s.io", "v1", "leases", "Lease")
TOKEN_REVIEWS: Final = Resource("authentication.k8s.io", "v1", "tokenreviews", "TokenReview", namespaced=False)
ACCESS_REVIEWS: Final = Resource(
    "authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", namespaced=False
)

_READ: Final = ("get", "list", "watch")
_WRITE: Final = ("create", "delete", "patch")


CATALOGUE: Final[tuple[Kind, ...]] = (
    Kind(
        PODS,
        Direction.TO_HOST,
        "sync.toHost.pods.enabled",
        lambda c: c.to_host.pods.enabled,
        (
            Rule("", "pods", (*_READ, *_WRITE)),
            Rule("", "pods/exec", ("create", "get")),
            Rule("", "pods/attach", ("create", "get")),
            Rule("", "pods/portforward", ("create", "get")),
            Rule("", "pods/log", ("get",)),
            Rule("", "pods/status", ("patch",)),
            Rule("", "pods/ephemeralcontainers", ("patch",)),
            Rule("", "pods/resize", ("patch",)),
            # Service-account tokens reach host pods through Secrets of ours, whatever the switch of user Secrets says.
            Rule("", "secrets", (*_READ, *_WRITE)),
        ),
        virtual_owns=("metadata", "spec"),
        host_owns=("status",),
    ),
    Kind(
        SERVICES,
        Direction.TO_HOST,
        "sync.toHost.services.enabled",
        lambda c: c.to_host.services.enabled,
        (Rule("", "services", (*_READ, *_WRITE)),),
        virtual_owns=("metadata", "spec"),
        host_owns=("status",),
    ),
    Kind(
        ENDPOINTS,
        Direction.TO_HOST,
        "sync.toHost.endpoints.enabled",
        lambda c: c.to_host.endpoints.enabled,
        (Rule("", "endpoints", (*_READ, *_WRITE)),),
        virtual_owns=("metadata", "subsets"),
    ),
    Kind(
        ENDPOINT_SLICES,
        Direction.TO_HOST,
        "sync.toHost.endpointSlices.enabled",
        lambda c: c.to_host.endpoint_slices.enabled,
        (Rule("discovery.k8s.io", "endpointslices", (*_READ, *_WRITE)),),
        virtual_owns=("metadata", "endpoints", "ports"),
    ),
    Kind(
        CONFIG_MAPS,
        Direction.TO_HOST,
        "sync.toHost.configMaps.enabled",
        lambda c: c.to_host.config_maps.enabled,
        (Rule("", "configmaps", (*_READ, *_WRITE)),),
        virtual_owns=("metadata", "data", "binaryData"),
    ),
    Kind(
        SECRETS,
        Direction.TO_HOST,
        "sync.toHost.secrets.enabled",
        lambda c: c.to_host.secrets.enabled,
        (Rule("", "secrets", (*_READ, *_WRITE)),),
        virtual_owns=("metadata", "data"),
    ),
    Kind(
        PERSISTENT_VOLUME_CLAIMS,
        Direction.TO_HOST,
        "sync.toHost.persistentVolumeClaims.enabled",
        lambda c: c.to_host.persistent_volume_claims.enabled,
        (Rule("", "persistentvolumeclaims", (*_READ, *_WRITE)),),
        virtual_owns=("metadata", "spec"),
        host_owns=("status",),
    ),
    Kind(
        EVENTS,
        Direction.FROM_HOST,
        "sync.fromHost.events.enabled",
        lambda c: c.from_host.events.enabled,
        (Rule("", "events", ("list", "watch")),),
        host_owns=("*",),
    ),
    Kind(
        NODES,
        Direction.FROM_HOST,
        "sync.fromHost.nodes.enabled",
        lambda c: c.from_host.nodes.enabled,
        (Rule("", "nodes", ("list", "watch")), Rule("", "nodes/proxy", ("get",))),
        host_owns=("*",),
    ),
    Kind(
        STORAGE_CLASSES,
        Direction.FROM_HOST,
        "sync.fromHost.storageClasses.enabled",
        lambda c: c.from_host.storage_classes.enabled,
        (Rule("storage.k8s.io", "storageclasses", ("list", "watch")),),
        host_owns=("*",),
    ),
)


def enabled_kinds(config: SyncerConfig) -> tuple[Kind, ...]:
    """Kinds that this configuration syncs, in catalogue order."""
    return tuple(kind for kind in CATALOGUE if kind.enabled(config))
