"""A syncer that has seen much remembers no more than one that has just started."""

from __future__ import annotations

import pytest

from tests.sim.cluster import SimCluster
from tests.sim.footprint import remembered
from tests.sim.life import Mischief, Users
from tests.sim.loop import simulate
from tests.sim.nemesis import QUIET
from tests.sim.test_syncer_storm import at_rest, chaos, configuration, converged
from vcluster_contract import markers
from vcluster_contract.kinds import CONFIG_MAPS, NAMESPACES

LEFT = 150
"""Items about the last writes, which nothing has come after yet."""


async def long_and_short_memory(seed: int) -> tuple[int, int]:
    cluster = SimCluster(seed, configuration(seed), QUIET)
    users = Users(cluster)
    cluster.start_controllers()
    cluster.start_syncer()
    for _ in range(4):
        await chaos(cluster, [users.run(), Mischief(cluster).run()])
    await converged(cluster)
    await at_rest(cluster)
    # The next write makes room for itself.
    forced = {"name": "last", "annotations": {markers.FORCE_SYNC: "true"}}
    cluster.virtual.create(NAMESPACES, "", {"metadata": {"name": "late"}})
    cluster.virtual.create(CONFIG_MAPS, "late", {"metadata": forced})
    await at_rest(cluster)
    long = remembered(cluster.engine)
    await cluster.crash_syncer()
    cluster.start_syncer()
    await at_rest(cluster)
    short = remembered(cluster.engine)
    await cluster.stop()
    return long, short


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_remembered_of_what_is_gone(seed: int) -> None:
    long, short = simulate(long_and_short_memory(seed))
    assert long <= short + LEFT
