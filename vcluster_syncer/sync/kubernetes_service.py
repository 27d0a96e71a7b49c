"""``default/kubernetes``: in-cluster clients find the virtual API server behind the host Service NAME.

The API server runs without its own endpoint reconciler, as pods cannot reach the address it would write. Endpoints and
EndpointSlice are copied from the host Endpoints NAME, and the ClusterIP from the host Service NAME.
"""

from __future__ import annotations

from typing import Final

from vcluster_contract import markers
from vcluster_contract.kinds import ENDPOINT_SLICES, ENDPOINTS, SERVICES, Direction, Kind, Resource
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.kube.errors import AlreadyExists
from vcluster_syncer.sync.api import Conflict, Done, Outcome, World
from vcluster_syncer.sync.base import delete, patch
from vcluster_syncer.sync.services import KUBERNETES
from vcluster_syncer.translate import kubernetes_service as translate

KIND: Final = Kind(ENDPOINTS, Direction.FROM_HOST, "", lambda _: True, ())


class KubernetesServiceSyncer:
    """Keeps Service, Endpoints and EndpointSlice ``default/kubernetes``; its one key is theirs."""

    kind = KIND

    def __init__(self, world: World) -> None:
        self._world = world
        self._own = Key(world.scope.host_namespace, world.scope.vcluster)

    async def reconcile(self, key: Key) -> Outcome:
        """One step: the Service first, then what is behind it."""
        service = self._world.host.stores[SERVICES].get(self._own)
        if service is None:
            return Done()
        outcome = await self._service(service.decode())
        if outcome is not None:
            return outcome
        endpoints = self._world.host.stores[ENDPOINTS].get(self._own)
        if endpoints is None:
            return Done()
        body = endpoints.decode()
        outcome = await self._mirror(ENDPOINTS, translate.endpoints(body), ("subsets",))
        return outcome or await self._mirror(ENDPOINT_SLICES, translate.endpoint_slice(body), _SLICE_FIELDS) or Done()

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """The one key, when Service or Endpoints NAME changed."""
        return [KUBERNETES] if key == self._own else []

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """The one key, when one of the three objects changed."""
        return [KUBERNETES] if key == KUBERNETES else []

    async def _service(self, host: JSON) -> Outcome | None:
        """Give the virtual Service the host's address; the API server creates it itself when it is absent."""
        virtual = self._world.virtual.stores[SERVICES].get(KUBERNETES)
        if virtual is None:
            return None
        found = virtual.decode()
        if found["spec"].get("clusterIP") != host["spec"].get("clusterIP"):
            await delete(self._world.virtual, SERVICES, virtual, unchanged=True)
            return await self._create(SERVICES, translate.service(host, found))
        changes = translate.service_patch(host, found)
        return await patch(self._world.virtual, SERVICES, virtual, changes) if changes else None

    async def _mirror(self, resource: Resource, desired: JSON, fields: tuple[str, ...]) -> Outcome | None:
        found: Entry | None = self._world.virtual.stores[resource].get(KUBERNETES)
        if found is None:
            return await self._create(resource, desired)
        body = found.decode()
        if body.get("addressType") != desired.get("addressType"):
            return await delete(self._world.virtual, resource, found)
        changes = translate.mirror_patch(desired, body, fields)
        return await patch(self._world.virtual, resource, found, changes) if changes else None

    async def _create(self, resource: Resource, body: JSON) -> Outcome:
        try:
            await self._world.virtual.client.create(
                resource, KUBERNETES.namespace, body, field_manager=markers.FIELD_MANAGER
            )
        except AlreadyExists:
            return Conflict()
        return Done()


_SLICE_FIELDS: Final = ("endpoints", "ports")
