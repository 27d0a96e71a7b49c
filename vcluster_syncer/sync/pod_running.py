"""Keeps a pod that exists on both sides in step: node and status flow in, changes of the spec flow out."""

from __future__ import annotations

from typing import Final, NamedTuple

from vcluster_contract import markers
from vcluster_contract.kinds import NODES, PODS, SECRETS
from vcluster_syncer.kube.api import JSON, Entry, Key, Meta, PatchType
from vcluster_syncer.kube.errors import ApiError, Forbidden, Invalid, NotFound
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, World
from vcluster_syncer.sync.base import meta_of
from vcluster_syncer.sync.pod_creation import MISSING_DELAY
from vcluster_syncer.sync.pod_deletion import delete_pod
from vcluster_syncer.sync.pod_inputs import InputSource, Missing
from vcluster_syncer.sync.pod_memory import InStep, Pending, PodMemory, Versions
from vcluster_syncer.sync.tokens import RENEWAL_DUE, TokenKeeper
from vcluster_syncer.translate.pod_applied import applied_spec
from vcluster_syncer.translate.pod_conditions import gate_patch
from vcluster_syncer.translate.pod_metadata import pod_metadata
from vcluster_syncer.translate.pod_status import TERMINAL_PHASES, status_patch
from vcluster_syncer.translate.pod_tokens import token_secret_key
from vcluster_syncer.translate.pod_update import ephemeral_patch, resize_patch, update_patch
from vcluster_syncer.translate.pods import host_ephemeral_containers

_BINDING_DELAY: Final = 5.0
_NOT_SERVED: Final = frozenset({404, 405})


class Pair(NamedTuple):
    """One pod on both sides, decoded once for all steps of a look."""

    virtual_entry: Entry
    virtual: JSON
    host_meta: Meta
    host: JSON

    @property
    def key(self) -> Key:
        """Key of the virtual pod."""
        return self.virtual_entry.meta.key


class PodKeeper:
    """Looks after running pods."""

    def __init__(self, world: World, memory: PodMemory, inputs: InputSource, tokens: TokenKeeper) -> None:
        self._world = world
        self._memory = memory
        self._inputs = inputs
        self._tokens = tokens
        self._resize_served = True

    def pair(self, virtual: Entry, host: Entry) -> Pair:
        """Decode both sides."""
        host_pod = self._memory.host.newest(host)
        return Pair(virtual, self._memory.virtual.newest(virtual), meta_of(host_pod), host_pod)

    async def keep(self, virtual: Entry, host: Entry) -> Outcome:
        """One step: binding or status on the virtual side, then one change on the host side, then tokens."""
        known = self._memory.in_step.get(virtual.meta.key)
        if known is not None and known.versions == self._versions(virtual.meta, host.meta.resource_version):
            left = None if known.renewal is None else known.renewal - self._world.clock.monotonic()
            self._memory.caught_up(virtual.meta.key, host.meta.key)
            if left is None or left > 0:
                return Done() if left is None else Requeue(left, RENEWAL_DUE)
        pair = self.pair(virtual, host)
        bound = await self._bind(pair)
        if bound is not None and not isinstance(bound, Done):
            return bound
        copied = await self.copy_status(pair) if bound is None else None
        updated = await self._update_host(pair)
        if updated is not None and not isinstance(updated, Done):
            return updated
        outcome = await self._ensure_tokens(pair)
        if copied is not None and updated is None:
            self._note_in_step(copied, pair, outcome)
        return outcome

    async def copy_status(self, pair: Pair) -> Meta:
        """Copy the host's status; the virtual pod as it is then."""
        before = pair.virtual["metadata"]["resourceVersion"]
        changes = status_patch(self._world.scope, pair.virtual, pair.host)
        if not changes:
            return meta_of(pair.virtual)
        answer = await self._world.virtual.client.patch(
            PODS, pair.key, changes, subresource="status", field_manager=markers.FIELD_MANAGER
        )
        self._memory.virtual.wrote(pair.key, before, answer)
        return meta_of(answer)

    async def _ensure_tokens(self, pair: Pair) -> Outcome:
        if (pair.host.get("status") or {}).get("phase") in TERMINAL_PHASES:
            return Done()
        return await self._tokens.ensure(pair.virtual_entry.meta, pair.virtual)

    def _note_in_step(self, virtual: Meta, pair: Pair, outcome: Outcome) -> None:
        """Remember that these versions need nothing, so that the event of our own write costs nothing.

        A virtual server that keeps less of the status than was sent is not written to again either.
        """
        renewal = None
        versions = self._versions(virtual, pair.host_meta.resource_version)
        if isinstance(outcome, Requeue) and outcome.reason == RENEWAL_DUE and versions.secret:
            renewal = self._world.clock.monotonic() + outcome.after
        elif not isinstance(outcome, Done):
            return
        self._memory.in_step[virtual.key] = InStep(versions, renewal)

    def _versions(self, virtual: Meta, host: str) -> Versions:
        secret = self._world.host.stores[SECRETS].get(token_secret_key(self._world.scope, virtual.key))
        labels = self._inputs.namespace_labels(virtual.key.namespace)
        return Versions(virtual.resource_version, host, secret.meta.resource_version if secret else "", labels)

    async def _bind(self, pair: Pair) -> Outcome | None:
        """Bind the virtual pod to the node that the host chose; None when it is bound already."""
        node, present = pair.host["spec"].get("nodeName"), pair.virtual["spec"].get("nodeName")
        if not node or node == present:
            return None
        meta = pair.virtual_entry.meta
        if present:
            # The API forbids to move a pod, so it ends here and its controller makes another one.
            return await delete_pod(self._world.virtual, meta, None)
        if self._binding_is_under_way(meta):
            return Requeue(_BINDING_DELAY, "the binding has not shown up yet")
        if self._world.virtual.stores[NODES].get(Key("", node)) is None:
            self._memory.wait_for(node_of(node), meta.key)
            self._world.enqueue(NODES, Key("", node), 0)
            return Requeue(MISSING_DELAY, "the virtual node does not exist yet")
        return await self._post_binding(pair, node)

    async def _post_binding(self, pair: Pair, node: str) -> Outcome:
        meta = pair.virtual_entry.meta
        body = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": meta.key.name, "namespace": meta.key.namespace, "uid": meta.uid},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        }
        try:
            await self._world.virtual.client.create(
                PODS, meta.key.namespace, body, name=meta.key.name, subresource="binding"
            )
        except NotFound:
            return Done()
        self._memory.bound[meta.key] = Pending(meta.uid, self._world.clock.monotonic())
        return Done()

    def _binding_is_under_way(self, meta: Meta) -> bool:
        bound = self._memory.bound.get(meta.key)
        return bound is not None and bound.uid == meta.uid and self._world.clock.monotonic() < bound.at + _BINDING_DELAY

    async def _update_host(self, pair: Pair) -> Outcome | None:
        """The first of the possible changes that is due; None when none is."""
        labels = self._inputs.namespace_labels(pair.key.namespace)
        if labels is None:
            return Requeue(MISSING_DELAY, "the namespace is not in the cache yet")
        scope, virtual = self._world.scope, pair.virtual
        applied = applied_spec(scope, virtual["spec"])
        resize = resize_patch(applied, pair.host, pair.host_meta) if self._resize_served else {}
        if resize:
            pair = await self._resize(pair, resize)
        changes = update_patch(pod_metadata(scope, virtual, labels, applied), applied, pair.host, pair.host_meta)
        if changes:
            return await self._patch_host(pair, changes)
        return await self._update_subresources(pair)

    async def _resize(self, pair: Pair, changes: JSON) -> Pair:
        """Resize in place where the host offers it; the record of it follows in the next patch."""
        try:
            answer = await self._world.host.client.patch(
                PODS, pair.host_meta.key, changes, subresource="resize", field_manager=markers.FIELD_MANAGER
            )
        except (Forbidden, Invalid) as error:
            self._warn(pair, f"the host cluster refuses the new resources: {error.message}")
            return pair
        except ApiError as error:
            # A missing sub-resource names no object in its answer, a missing pod does.
            if error.code not in _NOT_SERVED or error.details.get("name"):
                raise
            self._resize_served = False
            self._warn(pair, "the host cluster cannot resize running pods: the new resources apply to the next pod")
            return pair
        self._memory.host.wrote(pair.host_meta.key, pair.host_meta.resource_version, answer)
        return pair._replace(host=answer, host_meta=meta_of(answer))

    async def _update_subresources(self, pair: Pair) -> Outcome | None:
        gates = gate_patch(pair.virtual, pair.host)
        if gates:
            return await self._patch_host(pair, gates, PatchType.STRATEGIC, "status")
        if not pair.virtual["spec"].get("ephemeralContainers"):
            return None
        inputs = self._inputs.gather(pair.virtual)
        if isinstance(inputs, Missing):
            return Requeue(MISSING_DELAY, inputs.reason)
        if self._inputs.doubtful(pair.virtual):
            return Requeue(MISSING_DELAY, "a used object with an ambiguous name is not on the host yet")
        changes = ephemeral_patch(host_ephemeral_containers(self._world.scope, pair.virtual, inputs), pair.host)
        return await self._patch_host(pair, changes, subresource="ephemeralcontainers") if changes else None

    async def _patch_host(
        self, pair: Pair, changes: JSON, patch_type: PatchType = PatchType.MERGE, subresource: str = ""
    ) -> Outcome:
        meta = pair.host_meta
        metadata = {**changes.get("metadata", {}), "uid": meta.uid}
        try:
            answer = await self._world.host.client.patch(
                PODS,
                meta.key,
                {**changes, "metadata": metadata},
                patch_type,
                subresource=subresource,
                field_manager=markers.FIELD_MANAGER,
            )
        except NotFound:
            return Conflict()
        self._memory.host.wrote(meta.key, meta.resource_version, answer)
        return Done()

    def _warn(self, pair: Pair, message: str) -> None:
        uid = pair.virtual_entry.meta.uid
        self._world.recorder.event(PODS, pair.key, uid, type="Warning", reason="SyncWarning", message=message)


def node_of(name: str) -> str:
    """What a pod waits for that needs the virtual node ``name``."""
    return f"node/{name}"
