"""What a syncer of one kind gets and what it answers; the engine and the syncers meet only here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

import msgspec

from vcluster_contract.kinds import Kind, Resource
from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube.api import Client, Key, Store
from vcluster_syncer.translate.scope import Scope


class Done(msgspec.Struct, frozen=True):
    """Both sides agree, or the one write needed was made."""


class Requeue(msgspec.Struct, frozen=True):
    """Look again after ``after`` seconds although nothing failed; ``reason`` is a constant phrase for the log."""

    after: float
    reason: str


class Conflict(msgspec.Struct, frozen=True):
    """The write met a newer object: retry at once, not an error."""


class Terminal(msgspec.Struct, frozen=True):
    """Retrying cannot help until an input changes; ``message`` goes into an Event and says what to do."""

    message: str


Outcome = Done | Requeue | Conflict | Terminal


class Recorder(Protocol):
    """Writes Events on virtual objects, aggregated and rate limited."""

    def event(
        self, resource: Resource, key: Key, uid: str, *, type: Literal["Normal", "Warning"], reason: str, message: str
    ) -> None:
        """Queue one Event; never blocks and never raises."""
        ...


class Side(msgspec.Struct, frozen=True):
    """One API server: its client and a store for each watched resource."""

    client: Client
    stores: Mapping[Resource, Store]


class World(msgspec.Struct, frozen=True):
    """All that syncers may touch; the simulator builds another one."""

    scope: Scope
    host: Side
    virtual: Side
    clock: Clock
    random: Random
    recorder: Recorder
    enqueue: Callable[[Resource, Key, float], None]
    """Ask the syncer of a resource to look at a *virtual* key after a delay in seconds."""


class Syncer(Protocol):
    """Reconciles one kind. The key is always that of the virtual object, whichever side changed.

    ``reconcile`` reads from the stores, decides with pure functions of ``translate`` and makes at most one write on
    each side. It lets ``ApiError`` and ``Unreachable`` escape: the engine turns them into back-off, degradation and
    Events.
    """

    kind: Kind

    async def reconcile(self, key: Key) -> Outcome:
        """Bring both sides of ``key`` one step closer; called for one key never concurrently."""
        ...

    def keys_for_host(self, resource: Resource, key: Key) -> list[Key]:
        """Virtual keys to look at when the host object ``key`` of a watched resource changed or vanished."""
        ...

    def keys_for_virtual(self, resource: Resource, key: Key) -> list[Key]:
        """Virtual keys of this kind to look at when the virtual object ``key`` of any watched resource changed."""
        ...
