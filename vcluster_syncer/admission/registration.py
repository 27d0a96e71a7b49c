"""Registering the webhook through the API, for API servers that cannot read it from a file, and guarding it there."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import layout, markers, versions
from vcluster_contract.kinds import Resource
from vcluster_syncer.bootstrap.hooks import webhook_configuration
from vcluster_syncer.kube.api import Client, Key, PatchType
from vcluster_syncer.kube.backoff import Backoff
from vcluster_syncer.kube.errors import ApiError, Unreachable

if TYPE_CHECKING:
    from vcluster_contract.config import SyncerConfig
    from vcluster_syncer.sync.api import World

NAME: Final = "services.vcluster.loft.sh"
MUTATING_WEBHOOKS: Final = Resource(
    "admissionregistration.k8s.io",
    "v1",
    "mutatingwebhookconfigurations",
    "MutatingWebhookConfiguration",
    namespaced=False,
)
_log: Final = logging.getLogger(__name__)


def needed(config: SyncerConfig) -> bool:
    """Whether this API server learns of the webhook through its API."""
    return config.distro != "k8s" or not versions.reads_admission_from_files(config.kubernetes_version)


def wanted(authority: Path = Path(layout.PKI_DIR, "ca.crt")) -> dict[str, Any]:
    """The registration, which trusts the certificate authority of this pod."""
    return webhook_configuration(authority.read_bytes(), NAME)


async def keep(world: World, registration: dict[str, Any]) -> None:
    """Apply the registration, and again whenever somebody changes or deletes it, until cancelled."""
    backoff = Backoff(world.random, first=0.2, limit=30.0)
    while True:
        try:
            await _watched(world.virtual.client, registration)
            backoff.reset()
        except (ApiError, Unreachable) as error:
            _log.warning("webhook registration cannot be guarded", extra={"error": str(error)})
            await world.clock.sleep(backoff.next())


async def _watched(client: Client, registration: dict[str, Any]) -> None:
    """Apply, then follow changes until the server ends the watch; applying what is there already writes nothing."""
    selector = f"metadata.name={NAME}"
    applied = await _apply(client, registration)
    async for event in client.watch(MUTATING_WEBHOOKS, resource_version=applied, field_selector=selector):
        version = event.entry.meta.resource_version
        if event.type != "BOOKMARK" and version != applied:
            applied = await _apply(client, registration)


async def _apply(client: Client, registration: dict[str, Any]) -> str:
    """Resource version of the registration as it is now."""
    done = await client.patch(
        MUTATING_WEBHOOKS,
        Key("", NAME),
        registration,
        PatchType.APPLY,
        field_manager=markers.FIELD_MANAGER,
        force=True,
    )
    return str(done["metadata"]["resourceVersion"])
