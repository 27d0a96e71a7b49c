"""Both API servers: clients, caches and the worlds that syncers and servers get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from vcluster_contract.kinds import Resource
from vcluster_syncer.app.watched import INDICES, Watched, host_side, virtual_side
from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube.api import Client
from vcluster_syncer.kube.cache import Cache
from vcluster_syncer.kube.expecting import ExpectingClient
from vcluster_syncer.kube.fence import FencedClient
from vcluster_syncer.sync import refusals
from vcluster_syncer.sync.api import Recorder, Side, World
from vcluster_syncer.sync.breaker import LoopBreaker
from vcluster_syncer.sync.conditions import Conditions
from vcluster_syncer.sync.engine import Engine
from vcluster_syncer.sync.guard import GuardedClient
from vcluster_syncer.sync.instruments import Instruments
from vcluster_syncer.sync.tally import SideName
from vcluster_syncer.translate.scope import Scope

Caches = Mapping[Resource, Cache]


class Clients(NamedTuple):
    """Plain clients of both API servers."""

    host: Client
    virtual: Client


class Sides(NamedTuple):
    """What is built once per process."""

    host: Caches
    virtual: Caches
    world: World
    """For the syncers: writes are counted, slowed and fenced."""
    local: World
    """For servers that answer the API server of this pod, whether this syncer leads or not."""


def build(
    clients: Clients,
    scope: Scope,
    *,
    engine: Engine,
    recorder: Recorder,
    instruments: Instruments,
    conditions: Conditions,
    clock: Clock,
    random: Random,
    leading: Callable[[], bool],
) -> Sides:
    """Caches and worlds; nothing is requested yet."""
    config, name = scope.config, scope.vcluster

    def caches(side: SideName, client: Client, watched: list[Watched], namespace: str) -> dict[Resource, Cache]:
        refused = refusals.handler(side, recorder, conditions, instruments)
        return {
            item.resource: Cache(
                client,
                item.resource,
                clock,
                random,
                namespace=namespace,
                label_selector=item.label_selector,
                on_degraded=refused,
            )
            for item in watched
        }

    host = caches("host", clients.host, host_side(config, name), scope.host_namespace)
    virtual = caches("virtual", clients.virtual, virtual_side(config, name), "")
    for resource, (index, function) in INDICES.items():
        if resource in virtual:
            virtual[resource].add_index(index, function)
    breaker = LoopBreaker(clock)

    def guarded(client: Client, side: SideName) -> Client:
        fenced = ExpectingClient(FencedClient(client, leading), host if side == "host" else virtual)
        return GuardedClient(fenced, side, breaker, clock, instruments.writes)

    def world(host_client: Client, virtual_client: Client) -> World:
        return World(
            scope=scope,
            host=Side(host_client, host),
            virtual=Side(virtual_client, virtual),
            clock=clock,
            random=random,
            recorder=recorder,
            enqueue=engine.enqueue,
        )

    syncing = world(guarded(clients.host, "host"), guarded(clients.virtual, "virtual"))
    return Sides(host, virtual, syncing, world(clients.host, clients.virtual))


async def wait_synced(caches: Caches, clock: Clock) -> None:
    """Wait until every cache is filled; one that the server refuses does not hold up the others."""
    while not all(cache.synced or cache.degraded is not None for cache in caches.values()):
        await clock.sleep(0.02)
