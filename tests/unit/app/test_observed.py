from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from tests.sim.cluster import SimCluster
from tests.sim.loop import START, SimClock, settle, simulate
from vcluster_contract import markers
from vcluster_contract.kinds import CONFIG_MAPS
from vcluster_syncer.app import observed
from vcluster_syncer.bootstrap import issued
from vcluster_syncer.bootstrap.leaves import ADMIN, control_plane_leaves
from vcluster_syncer.metrics import Registry


def test_life_left_of_certificates(tmp_path: Path) -> None:
    leaf = next(leaf for leaf in control_plane_leaves(()) if leaf.name == ADMIN)
    record = {ADMIN: issued.Issued(leaf, "x", START, START + timedelta(days=1))}
    issued.write(tmp_path, record)

    async def main() -> None:
        registry = Registry()
        observed.observe_certificates(registry, SimClock(), tmp_path)
        await asyncio.sleep(3600)
        assert f'cert_expiry_seconds{{cert="{ADMIN}"}} {23 * 3600}' in registry.render()

    simulate(main())


def test_sizes_of_caches_and_queues_are_read_at_scrape_time() -> None:
    async def main() -> None:
        cluster = SimCluster(1)
        cluster.start_syncer()
        registry = Registry()
        observed.observe(registry, cluster.sides, cluster.engine)
        await cluster.engine.wait_opened()
        forced = {"annotations": {markers.FORCE_SYNC: "true"}}
        for number in range(3):
            body = {"metadata": {"name": f"c{number}", **forced}, "data": {"a": "b"}}
            cluster.virtual.create(CONFIG_MAPS, "shop", body)
        await settle(lambda: 'cache_objects{kind="configmaps",side="host"} 3' in registry.render())
        assert 'cache_bytes{kind="configmaps",side="host"} ' in registry.render()
        assert 'queue_depth{kind="configmaps",priority="live"} 0' in registry.render()
        assert 'sync_oldest_unsynced_seconds{kind="configmaps"} 0' in registry.render()
        await cluster.stop()

    simulate(main())
