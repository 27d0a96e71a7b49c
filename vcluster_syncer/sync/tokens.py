"""Keeps the token Secret of each pod filled and fresh; all that must survive a restart stands on the Secret."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from vcluster_contract import markers
from vcluster_contract.kinds import PODS, SECRETS, SERVICE_ACCOUNTS
from vcluster_syncer.kube.api import JSON, Entry, Key, Meta
from vcluster_syncer.kube.errors import AlreadyExists, NotFound
from vcluster_syncer.sync.api import Conflict, Done, Outcome, Requeue, World
from vcluster_syncer.sync.base import delete, foreign, meta_of, patch
from vcluster_syncer.translate.pod_tokens import (
    Token,
    TokenSource,
    TokenTimes,
    due_sources,
    issued_token,
    recorded_times,
    token_patch,
    token_request,
    token_secret,
    token_secret_key,
    token_sources,
)

_JITTER: Final = 10.0
"""Seconds by which refreshes of pods made together are spread, as the kubelet does."""
_REFUSED_DELAY: Final = 10.0
_UNSEEN_FOR: Final = 10.0
"""Seconds for which a Secret counts as written though the cache does not show it."""
RENEWAL_DUE: Final = "a token is due for renewal"
"""Reason of a look that is only about tokens."""


class _Issued(msgspec.Struct, frozen=True):
    """Tokens that went into a Secret which the cache may not show yet."""

    uid: str
    times: dict[str, TokenTimes]
    at: float
    """Monotonic seconds."""


class Renewal(NamedTuple):
    """Tokens that were issued and are still to be written."""

    meta: Meta
    """The virtual pod."""
    secret: Entry | None
    """The host Secret as the cache shows it."""
    tokens: dict[str, Token]
    times: dict[str, TokenTimes]
    """Of all tokens of the pod, by data key."""


class TokenKeeper:
    """Requests tokens from the virtual API server and writes them to host Secrets."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._secrets = world.host.stores[SECRETS]
        self._issued: dict[Key, _Issued] = {}
        self._pods: dict[Key, Key] = {}
        self._waiting: dict[Key, set[Key]] = {}
        """Pods by the host Secret of somebody else that has the name of theirs."""

    def pods_of(self, secret: Key) -> list[Key]:
        """The virtual pods to look at when the host Secret changed or vanished."""
        entry = self._secrets.get(secret)
        pod = self._world.scope.virtual_key(PODS, entry.meta) if entry is not None else None
        if entry is None or pod is None:
            pod = self._pods.pop(secret, None)
            concerned = self._waiting.pop(secret, set())
        else:
            self._pods[secret] = pod
            concerned = set()
        if pod is not None:
            # The cache has shown it or says that it is gone: from now on its absence means that somebody deleted it.
            self._issued.pop(pod, None)
            concerned.add(pod)
        return sorted(concerned)

    async def ensure(self, meta: Meta, pod: JSON) -> Outcome:
        """Make every token of the virtual ``pod`` exist and be fresh, and say when the next one is due."""
        renewal = await self.request(meta, pod)
        return await self.write(renewal) if isinstance(renewal, Renewal) else renewal

    async def request(self, meta: Meta, pod: JSON) -> Renewal | Outcome:
        """Fresh tokens for the virtual ``pod``, still to be written.

        ``Done`` and ``Requeue`` with reason ``RENEWAL_DUE`` mean that none are needed now.
        """
        sources = token_sources(pod)
        if not sources:
            return Done()
        entry = self._secrets.get(token_secret_key(self._world.scope, meta.key))
        if entry is not None and self._world.scope.virtual_key(PODS, entry.meta) != meta.key:
            return self._taken(entry.meta, meta.key)
        times = self._times(meta, entry)
        due = due_sources(sources, times, self._world.clock.now())
        if not due:
            return self._next_look(times)
        account = Key(meta.key.namespace, pod["spec"].get("serviceAccountName") or "default")
        try:
            tokens = await self._request(meta, account, due)
        except NotFound as error:
            self._report(meta, account, error)
            return Requeue(_REFUSED_DELAY, "the virtual API server issues no token for the pod")
        return Renewal(meta, entry, tokens, times | {key: token.times for key, token in tokens.items()})

    async def write(self, renewal: Renewal) -> Outcome:
        """Put the tokens into the host Secret; the answer says when the next one is due."""
        outcome = await self._write(renewal.meta, renewal.secret, renewal.tokens)
        if not isinstance(outcome, Done):
            return outcome
        self._issued[renewal.meta.key] = _Issued(renewal.meta.uid, renewal.times, self._world.clock.monotonic())
        return self._next_look(renewal.times)

    async def remove(self, pod: Key) -> Outcome:
        """Delete the Secret of a pod that is gone on both sides."""
        self._issued.pop(pod, None)
        entry = self._secrets.get(token_secret_key(self._world.scope, pod))
        if entry is None or self._world.scope.virtual_key(PODS, entry.meta) != pod:
            return Done()
        return await delete(self._world.host, SECRETS, entry)

    def _times(self, meta: Meta, entry: Entry | None) -> dict[str, TokenTimes]:
        issued = self._issued.get(meta.key)
        if issued is not None and issued.uid == meta.uid and self._world.clock.monotonic() < issued.at + _UNSEEN_FOR:
            return issued.times
        if entry is not None and entry.meta.annotations.get(markers.OBJECT_UID) == meta.uid:
            return recorded_times(entry.meta)
        return {}

    async def _request(self, meta: Meta, account: Key, due: Iterable[TokenSource]) -> dict[str, Token]:
        """Tokens by data key; sources that ask for the same get the same token."""
        tokens: dict[str, Token] = {}
        shared: dict[tuple[str, int], Token] = {}
        for source in due:
            wanted = (source.audience, source.expiration_seconds)
            if wanted not in shared:
                answer = await self._world.virtual.client.create(
                    SERVICE_ACCOUNTS,
                    account.namespace,
                    token_request(meta, source),
                    name=account.name,
                    subresource="token",
                )
                jitter = self._world.random.uniform(0, _JITTER)
                shared[wanted] = issued_token(answer, self._world.clock.now(), jitter)
            tokens[source.data_key] = shared[wanted]
        return tokens

    async def _write(self, meta: Meta, entry: Entry | None, tokens: dict[str, Token]) -> Outcome:
        if entry is None:
            return await self._create(meta, tokens)
        if entry.meta.deleting:
            return Conflict()
        same_pod = entry.meta.annotations.get(markers.OBJECT_UID) == meta.uid
        stale = [] if same_pod else sorted(recorded_times(entry.meta))
        return await patch(self._world.host, SECRETS, entry, token_patch(meta, entry.meta, stale, tokens))

    async def _create(self, meta: Meta, tokens: dict[str, Token]) -> Outcome:
        scope, client = self._world.scope, self._world.host.client
        body = token_secret(scope, meta, tokens)
        # It may vanish before the cache shows it.
        self._pods[token_secret_key(scope, meta.key)] = meta.key
        try:
            await client.create(SECRETS, scope.host_namespace, body, field_manager=markers.FIELD_MANAGER)
        except AlreadyExists:
            return await self._occupied(meta)
        return Done()

    async def _occupied(self, meta: Meta) -> Outcome:
        """The name is taken, though the cache shows nothing: by an earlier write of ours, or by somebody else."""
        key = token_secret_key(self._world.scope, meta.key)
        try:
            found = await self._world.host.client.get(SECRETS, key)
        except NotFound:
            return Conflict()
        ours = self._world.scope.virtual_key(PODS, meta_of(found)) == meta.key
        return Conflict() if ours else self._taken(meta_of(found), meta.key)

    def _taken(self, secret: Meta, pod: Key) -> Outcome:
        self._waiting.setdefault(secret.key, set()).add(pod)
        other = self._world.scope.virtual_key(PODS, secret)
        return foreign(secret.key, PODS if other else SECRETS, other)

    def _next_look(self, times: dict[str, TokenTimes]) -> Outcome:
        first = min(item.refresh for item in times.values())
        return Requeue(_seconds(self._world.clock.now(), first), RENEWAL_DUE)

    def _report(self, meta: Meta, account: Key, error: NotFound) -> None:
        message = (
            f"no token for ServiceAccount {account}: {error.message}; "
            f"create the ServiceAccount, or delete the pod so that its controller makes a new one"
        )
        self._world.recorder.event(PODS, meta.key, meta.uid, type="Warning", reason="SyncError", message=message)


def _seconds(now: datetime, then: datetime) -> float:
    return max((then - now).total_seconds(), 0.0)
