"""Writes the kubeconfig Secrets by which users reach the virtual cluster."""

from __future__ import annotations

import logging
from typing import Final

from vcluster_contract.config import SyncerConfig
from vcluster_syncer.bootstrap import account, kubeconfig
from vcluster_syncer.kube.backoff import Backoff
from vcluster_syncer.kube.errors import ApiError, Unreachable
from vcluster_syncer.sync.api import World

RENEW_EVERY: Final = 12 * 3600.0
"""Seconds between looks at whether the exported certificate is still good for long."""
_logger = logging.getLogger(__name__)


async def keep(world: World, config: SyncerConfig) -> None:
    """Keep all exports up to date until cancelled."""
    backoff = Backoff(world.random, first=0.2, limit=60.0)
    while True:
        try:
            await _all(world, config)
            backoff.reset()
            await world.clock.sleep(RENEW_EVERY)
        except (ApiError, Unreachable, OSError) as error:
            _logger.warning("Kubeconfig could not be exported", extra={"error": str(error)})
            await world.clock.sleep(backoff.next())


async def _all(world: World, config: SyncerConfig) -> None:
    administrator = kubeconfig.admin_credentials()
    for export in config.kubeconfigs:
        used = administrator
        if export.service_account.name:
            virtual, authority = world.virtual.client, administrator.authority
            used = await account.credentials(virtual, export.service_account, authority, world.clock)
        await kubeconfig.ensure(world.host.client, world.scope, export, used, world.clock.now())
