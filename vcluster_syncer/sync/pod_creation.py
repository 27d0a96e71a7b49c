"""Makes the host pod of a new virtual pod: tokens first, then one POST."""

from __future__ import annotations

import asyncio
from typing import Final

from vcluster_contract import markers
from vcluster_contract.kinds import NODES, PODS
from vcluster_syncer.kube.api import JSON, Key, Meta
from vcluster_syncer.kube.errors import AlreadyExists, NotFound
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, World
from vcluster_syncer.sync.base import foreign, meta_of
from vcluster_syncer.sync.pod_inputs import InputSource, Missing
from vcluster_syncer.sync.pod_memory import Pending, PodMemory
from vcluster_syncer.sync.tokens import RENEWAL_DUE, Renewal, TokenKeeper
from vcluster_syncer.translate.pods import PodInputs, host_pod
from vcluster_syncer.translate.references import is_ambiguous

MISSING_DELAY: Final = 5.0
"""Seconds until the next look for a missing input; its event usually comes first."""
UNSEEN_AFTER: Final = 10.0
"""Seconds after which a created host pod that has not shown up is asked for."""
_NODE_DELAY: Final = 15.0


class PodCreator:
    """Creates host pods."""

    def __init__(self, world: World, memory: PodMemory, inputs: InputSource, tokens: TokenKeeper) -> None:
        self._world = world
        self._memory = memory
        self._inputs = inputs
        self._tokens = tokens

    async def create(self, meta: Meta, pod: JSON) -> Outcome:
        """Create the host pod for the virtual ``pod``, which has none and never had one."""
        inputs = self._inputs.gather(pod)
        if isinstance(inputs, Missing):
            self._memory.wait_for(inputs.what, meta.key)
            return Requeue(MISSING_DELAY, inputs.reason)
        return self._blocked(meta, pod) or await self._make(meta, pod, inputs)

    def _blocked(self, meta: Meta, pod: JSON) -> Requeue | None:
        """What keeps the pod from the host for now; the user is told."""
        if not self._node_is_shown(pod):
            node = pod["spec"]["nodeName"]
            self._warn(meta, f"the pod asks for node {node}, which this virtual cluster does not have")
            return Requeue(_NODE_DELAY, "the node that the pod names does not exist")
        doubtful = self._inputs.doubtful(pod)
        if doubtful:
            self._warn(meta, f"waiting for {doubtful}: its name on the host could stand for another object's")
            return Requeue(MISSING_DELAY, "a used object with an ambiguous name is not on the host yet")
        return None

    async def _make(self, meta: Meta, pod: JSON, inputs: PodInputs) -> Outcome:
        tokens = await self._tokens.request(meta, pod)
        body = host_pod(self._world.scope, pod, inputs)
        if isinstance(tokens, Renewal):
            if not is_ambiguous(meta.key):
                return await self._post_with_tokens(meta, body, tokens)
            # The Secret's name could be another pod's: it must be ours before anything mounts it.
            tokens = await self._tokens.write(tokens)
        return await self._post(meta, body) if _starts(tokens) else tokens

    def taken(self, host: Meta, key: Key) -> Outcome:
        """The answer for the virtual pod ``key`` whose host name another pod has; nothing is done to that."""
        self._memory.wait_for(host_name(host.key), key)
        return foreign(host.key, PODS, self._world.scope.virtual_key(PODS, host))

    def is_unseen(self, meta: Meta) -> bool:
        """Whether the host pod was made and has not shown up in the cache yet."""
        created = self._memory.created.get(meta.key)
        return created is not None and created.uid == meta.uid

    async def look_for_unseen(self, meta: Meta) -> bool | Requeue:
        """Whether the host pod that was made is gone before it was seen; ``Requeue`` while it may still show up."""
        created = self._memory.created[meta.key]
        left = created.at + UNSEEN_AFTER - self._world.clock.monotonic()
        if left > 0:
            return Requeue(left, "the host pod has not shown up yet")
        try:
            await self._world.host.client.get(PODS, self._world.scope.host_key(meta.key))
        except NotFound:
            return True
        return Requeue(UNSEEN_AFTER, "the host pod has not shown up yet")

    async def _post_with_tokens(self, meta: Meta, body: JSON, tokens: Renewal) -> Outcome:
        """Send the Secret and right behind it the pod: no kubelet sees the pod before a scheduler did.

        When only the pod was made, the next look at it makes the Secret.
        """
        written, posted = await asyncio.gather(
            self._tokens.write(tokens), self._post(meta, body), return_exceptions=True
        )
        if isinstance(written, BaseException):
            raise written
        if isinstance(posted, BaseException):
            raise posted
        return posted if isinstance(written, (Done, Requeue)) else written

    async def _post(self, meta: Meta, body: JSON) -> Outcome:
        client = self._world.host.client
        try:
            await client.create(PODS, self._world.scope.host_namespace, body, field_manager=markers.FIELD_MANAGER)
        except AlreadyExists:
            return await self._occupied(meta)
        self._memory.created[meta.key] = Pending(meta.uid, self._world.clock.monotonic())
        # It may vanish before the cache shows it, and then nothing would ever wake this key.
        return Requeue(UNSEEN_AFTER, "the host pod has not shown up yet")

    async def _occupied(self, meta: Meta) -> Outcome:
        """The name is taken, though the cache shows nothing: by an earlier write of ours, or by somebody else."""
        scope = self._world.scope
        host_key = scope.host_key(meta.key)
        try:
            found = meta_of(await self._world.host.client.get(PODS, host_key))
        except NotFound:
            return Conflict()
        if scope.virtual_key(PODS, found) != meta.key:
            return self.taken(found, meta.key)
        self._memory.created[meta.key] = Pending(meta.uid, self._world.clock.monotonic())
        return Requeue(UNSEEN_AFTER, "the host pod has not shown up yet")

    def _node_is_shown(self, pod: JSON) -> bool:
        node = pod["spec"].get("nodeName")
        nodes = self._world.scope.config.from_host.nodes
        if not node or not nodes.enabled or not nodes.selector.labels:
            return True
        return self._world.virtual.stores[NODES].get(Key("", node)) is not None

    def _warn(self, meta: Meta, message: str) -> None:
        self._world.recorder.event(PODS, meta.key, meta.uid, type="Warning", reason="SyncError", message=message)


def host_name(host: Key) -> str:
    """What a pod waits for whose name on the host another pod has."""
    return f"host name {host}"


def _starts(tokens: Outcome) -> bool:
    """Whether the pod's tokens are where its host pod expects them."""
    return isinstance(tokens, Done) or (isinstance(tokens, Requeue) and tokens.reason == RENEWAL_DUE)
