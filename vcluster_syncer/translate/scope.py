"""Who we are: the facts of one virtual cluster that every translation needs."""

from __future__ import annotations

from typing import Any

import msgspec

from vcluster_contract import markers, names
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import Key, Meta


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """One virtual cluster as seen by the translators."""

    vcluster: str
    """Release name."""
    host_namespace: str
    """Namespace of the control plane and of everything synced."""
    config: SyncerConfig
    owner: dict[str, Any] | None = None
    """Owner reference to Service NAME, put on every namespaced host object so that deleting it collects everything."""

    authority: str = ""
    """Certificate of the authority behind the virtual API server, in PEM; empty when it is not known."""

    def host_key(self, virtual: Key) -> Key:
        """Key of the host object for a namespaced virtual one."""
        return Key(self.host_namespace, names.host_name(virtual.name, virtual.namespace, self.vcluster))

    def virtual_key(self, resource: Resource, host: Meta) -> Key | None:
        """Key of the virtual object from which ``host`` was made, or None when ``host`` is not ours.

        The marker label, the kind and the recorded own name must all match, so that copies and derived objects
        (an EndpointSlice inherits annotations of its Service) are never taken for ours.
        """
        annotations = host.annotations
        ours = (
            host.labels.get(markers.MANAGED_BY) == self.vcluster
            and annotations.get(markers.OBJECT_KIND)
            == markers.kind_string(resource.group, resource.version, resource.kind)
            and annotations.get(markers.OBJECT_HOST_NAME) == host.key.name
            and annotations.get(markers.OBJECT_HOST_NAMESPACE, host.key.namespace) == host.key.namespace
        )
        if not ours or markers.OBJECT_NAME not in annotations:
            return None
        return Key(annotations.get(markers.OBJECT_NAMESPACE, ""), annotations[markers.OBJECT_NAME])
