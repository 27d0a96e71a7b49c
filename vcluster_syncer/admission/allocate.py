"""Asking the host for the addresses of a virtual Service: the host Service comes before the virtual one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import msgspec

from vcluster_contract import markers
from vcluster_contract.kinds import SERVICES
from vcluster_syncer.admission import service
from vcluster_syncer.admission.review import Denied, Request
from vcluster_syncer.kube.api import JSON, Entry, Key
from vcluster_syncer.kube.decode import entry
from vcluster_syncer.kube.errors import AlreadyExists, ApiError, Invalid, NotFound, Unreachable
from vcluster_syncer.translate.services import host_patch, to_host

if TYPE_CHECKING:
    from vcluster_syncer.sync.api import World

_KUBERNETES: Final = Key("default", "kubernetes")
# Kubernetes' own alphabet and lengths for metadata.generateName.
_SUFFIX_ALPHABET: Final = "bcdfghjklmnpqrstvwxz2456789"
_SUFFIX_LENGTH: Final = 5
_MAX_PREFIX: Final = 63 - _SUFFIX_LENGTH


async def admit(world: World, request: Request) -> list[JSON]:
    """JSON patch for one create or update of a Service.

    A dry run, a Service without ClusterIP and a name that is taken get none.

    Raises:
        Denied: the host refuses, or gives no answer.
    """
    virtual = request.object
    if request.dry_run or not service.has_addresses(virtual) or not world.scope.config.to_host.services.enabled:
        return []
    metadata = {**virtual["metadata"], "namespace": request.namespace}
    naming: list[JSON] = []
    if not metadata.get("name"):
        metadata["name"] = _generated(world, metadata.get("generateName", ""))
        naming = [{"op": "add", "path": "/metadata/name", "value": metadata["name"]}]
    virtual = {**virtual, "metadata": metadata}
    try:
        return naming + await _allocated(world, request, virtual)
    except ApiError as error:
        raise _refusal(world, virtual, error) from error
    except Unreachable as error:
        message = f"the host API server gave no answer, so no ClusterIP could be allocated; try again: {error}"
        raise Denied(503, "ServiceUnavailable", message) from error


async def _allocated(world: World, request: Request, virtual: JSON) -> list[JSON]:
    key = _key(virtual)
    if key == _KUBERNETES:
        if request.operation == "UPDATE":
            return []
        return service.allocation_patch(virtual, await _own_service(world))
    if request.operation == "CREATE":
        host = await _create(world, virtual)
        return service.allocation_patch(virtual, host) if host else []
    old = request.old_object or virtual
    complete = service.carried_over(virtual, old)
    if not service.needs_host(complete, old):
        return []
    return service.allocation_patch(virtual, await _update(world, complete))


async def _create(world: World, virtual: JSON) -> JSON | None:
    """The host Service, or None when the virtual name is taken and the API server is about to say so.

    One that is there without a virtual Service is left over from a create that failed after us: it is used again. The
    host allocates before it looks at the name, so an address that is asked for shows a taken name as Invalid.
    """
    try:
        return await _posted(world, virtual)
    except AlreadyExists:
        if await _exists(world, _key(virtual)):
            return None
    except Invalid:
        if await _exists(world, _key(virtual)):
            return None
        if not await _host_exists(world, world.scope.host_key(_key(virtual))):
            raise
    return await _update(world, virtual)


async def _update(world: World, virtual: JSON) -> JSON:
    """The host Service after it was made, or brought to what ``virtual`` asks for; the syncer may be at it as well."""
    try:
        return await _patched(world, virtual)
    except NotFound:
        pass
    try:
        return await _posted(world, virtual)
    except AlreadyExists:
        return await _patched(world, virtual)


async def _posted(world: World, virtual: JSON) -> JSON:
    body = _stamped(to_host(world.scope, virtual, allocated=True), world.clock.now())
    return await world.host.client.create(
        SERVICES, world.scope.host_namespace, body, field_manager=markers.FIELD_MANAGER
    )


async def _patched(world: World, virtual: JSON) -> JSON:
    key = world.scope.host_key(_key(virtual))
    found = entry(msgspec.json.encode(await world.host.client.get(SERVICES, key)))
    _refuse_foreign(world, virtual, found)
    patch = _stamped(host_patch(world.scope, virtual, found.decode(), found.meta), world.clock.now())
    asked = {field: virtual["spec"][field] for field in service.REQUESTABLE if virtual["spec"].get(field)}
    patch["spec"] = patch.get("spec", {}) | asked
    return await world.host.client.patch(SERVICES, key, patch, field_manager=markers.FIELD_MANAGER)


def _refuse_foreign(world: World, virtual: JSON, found: Entry) -> None:
    if world.scope.virtual_key(SERVICES, found.meta) != _key(virtual):
        message = (
            f"Service {found.meta.key} of the host is in the way and does not belong to this Service: "
            "delete it or choose another name"
        )
        raise Denied(409, "Conflict", message)
    if found.meta.deleting:
        message = f"Service {found.meta.key} of the host is still being deleted; try again when it is gone"
        raise Denied(409, "Conflict", message)


async def _exists(world: World, key: Key) -> bool:
    if world.virtual.stores[SERVICES].get(key) is not None:
        return True
    try:
        await world.virtual.client.get(SERVICES, key)
    except NotFound:
        return False
    return True


async def _host_exists(world: World, key: Key) -> bool:
    try:
        await world.host.client.get(SERVICES, key)
    except NotFound:
        return False
    return True


async def _own_service(world: World) -> JSON:
    """Host Service NAME, whose ClusterIP is that of ``default/kubernetes``."""
    key = Key(world.scope.host_namespace, world.scope.vcluster)
    cached = world.host.stores[SERVICES].get(key)
    return cached.decode() if cached else await world.host.client.get(SERVICES, key)


def _stamped(body: JSON, now: datetime) -> JSON:
    """``body`` with the time of our visit: until the virtual Service is stored, the host one looks like an orphan."""
    metadata = body.get("metadata", {})
    annotations = {**metadata.get("annotations", {}), markers.BLOCK_DELETION: now.isoformat(timespec="seconds")}
    return {**body, "metadata": {**metadata, "annotations": annotations}}


def _generated(world: World, prefix: str) -> str:
    suffix = "".join(world.random.choices(_SUFFIX_ALPHABET, k=_SUFFIX_LENGTH))
    return prefix[:_MAX_PREFIX] + suffix


def _key(virtual: JSON) -> Key:
    metadata = virtual["metadata"]
    return Key(metadata["namespace"], metadata["name"])


def _refusal(world: World, virtual: JSON, error: ApiError) -> Denied:
    """The host's refusal under the name that the user knows."""
    key = _key(virtual)
    message = error.message.replace(world.scope.host_key(key).name, key.name)
    if error.code >= 500:
        return Denied(503, "ServiceUnavailable", f"the host API server failed; try again: {message}")
    return Denied(error.code, error.reason, f"the host cluster refused Service {key}: {message}")
