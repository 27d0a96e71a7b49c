"""Finding the host pod behind a call, because a stale or foreign pod must never be read or entered."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from vcluster_contract import markers
from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.errors import ApiError, Unreachable
from vcluster_syncer.kubelet.answers import Refusal

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import Key
    from vcluster_syncer.kubelet.paths import PodCall
    from vcluster_syncer.sync.api import World


class _Named(msgspec.Struct, frozen=True):
    name: str


class _Spec(msgspec.Struct, frozen=True, rename="camel"):
    node_name: str = ""
    containers: tuple[_Named, ...] = ()
    init_containers: tuple[_Named, ...] = ()
    ephemeral_containers: tuple[_Named, ...] = ()

    def has(self, container: str) -> bool:
        named = (*self.containers, *self.init_containers, *self.ephemeral_containers)
        return any(each.name == container for each in named)


class _Meta(msgspec.Struct, frozen=True):
    uid: str = ""


class _Pod(msgspec.Struct, frozen=True):
    metadata: _Meta = _Meta()
    spec: _Spec = _Spec()

    def serves(self, call: PodCall) -> bool:
        return not call.container or self.spec.has(call.container)


class HostPod(NamedTuple):
    """A virtual pod and the host pod that runs it."""

    virtual: Key
    host: Key


async def find(world: World, node: str, call: PodCall) -> HostPod:
    """The host pod that ``call``, made to ``node``, is about.

    The container has to be in the *virtual* spec: what the host injects is none of the tenant's business.

    Raises:
        Refusal: there is no such pod on this node, or it has no such container.
    """
    pod = _cached(world, call.pod)
    if pod is None or pod.spec.node_name != node or not pod.serves(call):
        # The API server decides by its storage, our cache may be a moment behind.
        pod = await _stored(world, call.pod)
    if pod is None or pod.spec.node_name != node or call.uid not in ("", pod.metadata.uid):
        raise Refusal(404, f'pod "{call.pod}" not found on node "{node}"')
    if not pod.serves(call):
        raise Refusal(404, f'container "{call.container}" not found in pod "{call.pod}"')
    host_key = world.scope.host_key(call.pod)
    store = world.host.stores.get(PODS)
    host = store.get(host_key) if store is not None else None
    if host is None or host.meta.annotations.get(markers.OBJECT_UID) != pod.metadata.uid:
        raise Refusal(404, f'pod "{call.pod}" does not run on the host: its events say why')
    if world.scope.virtual_key(PODS, host.meta) != call.pod:
        raise Refusal(404, f'pod "{call.pod}" does not run on the host: an object of its name is not ours')
    return HostPod(call.pod, host_key)


def _cached(world: World, key: Key) -> _Pod | None:
    store = world.virtual.stores.get(PODS)
    entry = store.get(key) if store is not None else None
    return msgspec.json.decode(entry.raw, type=_Pod) if entry is not None else None


async def _stored(world: World, key: Key) -> _Pod | None:
    try:
        return msgspec.convert(await world.virtual.client.get(PODS, key), type=_Pod)
    except (ApiError, Unreachable):
        return None
