"""Writes the kubeconfig Secrets by which users reach the virtual cluster."""

from __future__ import annotations

import logging
from typing import Final

from vcluster_contract.config import KubeconfigExport, SyncerConfig
from vcluster_syncer.app.account_tokens import TokenPending, token
from vcluster_syncer.bootstrap import kubeconfig
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
            for export in config.kubeconfigs:
                credentials = await _credentials(world, export)
                await kubeconfig.ensure(world.host.client, world.scope, export, credentials, world.clock.now())
            backoff.reset()
            await world.clock.sleep(RENEW_EVERY)
        except (ApiError, Unreachable, OSError, TokenPending) as error:
            _logger.warning("Kubeconfig could not be exported", extra={"error": str(error)})
            await world.clock.sleep(backoff.next())


async def _credentials(world: World, export: KubeconfigExport) -> kubeconfig.Credentials:
    admin = kubeconfig.admin_credentials()
    if not export.service_account.name:
        return admin
    spoken_by = await token(world.virtual.client, export.service_account)
    return kubeconfig.Credentials(authority=admin.authority, token=spoken_by)
