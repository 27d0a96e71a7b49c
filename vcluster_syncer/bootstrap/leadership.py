"""Makes the empty Lease of the leader election, owned by Service NAME, so that it goes when the release goes."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from vcluster_contract import markers, names
from vcluster_contract.kinds import LEASES
from vcluster_syncer.kube.errors import AlreadyExists

if TYPE_CHECKING:
    from vcluster_syncer.kube.api import Client


async def ensure(client: Client, *, vcluster: str, namespace: str, owner: dict[str, Any] | None) -> None:
    """Create the Lease when there is none; nobody holds it yet."""
    metadata = {
        "name": names.leader_lease(vcluster),
        "labels": {"app": "vcluster", "vcluster-name": vcluster},
        "ownerReferences": [owner] if owner else [],
    }
    body = {"apiVersion": LEASES.api_version, "kind": LEASES.kind, "metadata": metadata, "spec": {}}
    with suppress(AlreadyExists):
        await client.create(LEASES, namespace, body, field_manager=markers.FIELD_MANAGER)
