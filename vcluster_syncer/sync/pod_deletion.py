"""Ends pods on both sides with the same grace, exactly the pods meant, and never brings one back.

Rules: Kubernetes docs, "Pod Lifecycle", "Termination of Pods". A second DELETE may shorten the grace, never lengthen
it.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final

from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.api import Entry, Meta
from vcluster_syncer.kube.errors import NotFound
from vcluster_syncer.sync.api import Done, Outcome, Requeue, Side, World

FORCE_AFTER: Final = 30.0
"""Seconds past its grace after which a host pod is forced away whose virtual pod was removed by force."""
DEFAULT_GRACE: Final = 30


async def delete_pod(side: Side, meta: Meta, grace: int | None) -> Outcome:
    """DELETE exactly this pod; an absent one is fine."""
    with suppress(NotFound):
        await side.client.delete(PODS, meta.key, uid=meta.uid, grace_period_seconds=grace)
    return Done()


async def finish_virtual(world: World, virtual: Meta) -> Outcome:
    """Remove the virtual pod at last: nothing runs behind it. Finalizers may hold it, then there is nothing to do."""
    if virtual.deleting and virtual.deletion_grace_period_seconds == 0:
        return Done()
    return await delete_pod(world.virtual, virtual, 0)


async def align(world: World, virtual: Meta, host: Meta) -> Outcome:
    """Both exist and one of them is being deleted: give the other the shorter grace."""
    if not host.deleting:
        return await delete_pod(world.host, host, virtual.deletion_grace_period_seconds)
    wanted = host.deletion_grace_period_seconds
    if not virtual.deleting:
        return await delete_pod(world.virtual, virtual, DEFAULT_GRACE if wanted is None else wanted)
    present = virtual.deletion_grace_period_seconds
    if wanted is None or present is None or wanted == present:
        return Done()
    if present < wanted:
        return await delete_pod(world.host, host, present)
    return await delete_pod(world.virtual, virtual, wanted)


async def remove_stale_host(world: World, host: Entry) -> Outcome:
    """Remove a host pod whose virtual pod is gone.

    Its own grace holds. If the node cannot end it in time, it is forced away, as the virtual pod was: otherwise the
    next pod of that name could never start.
    """
    meta = host.meta
    if meta.deletion_timestamp is None:
        return await delete_pod(world.host, meta, None)
    if meta.deletion_grace_period_seconds == 0:
        return Done()
    passed = (world.clock.now() - datetime.fromisoformat(meta.deletion_timestamp)).total_seconds()
    if passed < FORCE_AFTER:
        return Requeue(FORCE_AFTER - passed, "the host pod is still ending")
    return await delete_pod(world.host, meta, 0)
