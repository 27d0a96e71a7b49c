"""The host's volume binder and endpoints controller, as far as a syncer depends on them."""

from __future__ import annotations

from tests.sim.fake_server import FakeServer, peek, table_of
from vcluster_contract.kinds import ENDPOINTS, PERSISTENT_VOLUME_CLAIMS, SERVICES
from vcluster_syncer.kube.api import JSON, Entry, Key, PatchType


class Provisioner:
    """Binds every claim to a volume of its own and grows it when asked."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server

    def step(self) -> bool:
        """One round over all claims."""
        for entry in self.server.storage.entries(table_of(PERSISTENT_VOLUME_CLAIMS)):
            if not entry.meta.deleting:
                self._bind(entry, peek(entry))
        return False

    def _bind(self, entry: Entry, claim: JSON) -> None:
        key = entry.meta.key
        if not claim["spec"].get("volumeName"):
            annotations = {"pv.kubernetes.io/bind-completed": "yes"}
            patch = {"metadata": {"annotations": annotations}, "spec": {"volumeName": f"pv-{entry.meta.uid[:8]}"}}
            self.server.patch(PERSISTENT_VOLUME_CLAIMS, key, patch, PatchType.MERGE)
        capacity = claim["spec"].get("resources", {}).get("requests", {})
        status = {"phase": "Bound", "capacity": capacity, "accessModes": claim["spec"].get("accessModes", [])}
        if claim.get("status") != status:
            self.server.patch(PERSISTENT_VOLUME_CLAIMS, key, {"status": status}, PatchType.MERGE, subresource="status")


class EndpointsController:
    """Gives every Service with a selector its Endpoints, labelled like the Service, and removes them after it."""

    def __init__(self, server: FakeServer) -> None:
        self.server = server

    def step(self) -> bool:
        """One round over all Services."""
        selecting = {
            entry.meta.key: entry
            for entry in self.server.storage.entries(table_of(SERVICES))
            if peek(entry)["spec"].get("selector") and not entry.meta.deleting
        }
        held = {entry.meta.key: entry for entry in self.server.storage.entries(table_of(ENDPOINTS))}
        for key, service in selecting.items():
            if key not in held:
                self._create(key, service)
        services = {entry.meta.key for entry in self.server.storage.entries(table_of(SERVICES))}
        for key in held.keys() - services:
            self.server.delete(ENDPOINTS, key)
        return False

    def _create(self, key: Key, service: Entry) -> None:
        subsets = [{"addresses": [{"ip": "10.1.0.9"}], "ports": [{"name": "https", "port": 8443}]}]
        body = {"metadata": {"name": key.name, "labels": service.meta.labels}, "subsets": subsets}
        self.server.create(ENDPOINTS, key.namespace, body)
