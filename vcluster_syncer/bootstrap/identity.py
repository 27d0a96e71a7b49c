"""The lasting identity of a virtual cluster: two authorities and the service-account key, shared through a Secret."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import layout, markers, names
from vcluster_contract.kinds import SECRETS
from vcluster_syncer.bootstrap import certs
from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import AlreadyExists, NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from vcluster_syncer.kube.api import Client

Identity = dict[str, bytes]
"""Content of the Secret: PEM by file name."""

AUTHORITIES: Final = {"ca": "kubernetes-ca", "front-proxy-ca": "front-proxy-ca"}
"""Authorities that every virtual cluster has, with their common names."""
ETCD_AUTHORITY: Final = {layout.ETCD_AUTHORITY: "etcd-ca"}


def generate(authorities: Mapping[str, str], now: datetime) -> Identity:
    """A fresh identity; takes some 100 ms of CPU, nearly all of it for the RSA key."""
    found: Identity = {}
    for name, common_name in authorities.items():
        pair = certs.new_authority(common_name, now)
        found |= {f"{name}.crt": pair.cert, f"{name}.key": pair.key}
    service_account = certs.new_service_account_key()
    return found | {"sa.pub": service_account.cert, "sa.key": service_account.key}


async def ensure(
    client: Client,
    *,
    vcluster: str,
    namespace: str,
    owner: dict[str, Any] | None,
    now: datetime,
    authorities: Mapping[str, str] = AUTHORITIES,
) -> Identity:
    """The identity in Secret NAME-certs; made when missing, and the other replica's when two make it at once.

    A Secret that outlived its release (its owner has another UID) is adopted, so kubeconfigs handed out before a
    reinstallation on a kept volume stay valid; the garbage collector spares an object whose owner exists.
    """
    key = Key(namespace, names.certs_secret(vcluster))
    try:
        found = await client.get(SECRETS, key)
    except NotFound:
        made = await asyncio.to_thread(generate, authorities, now)
        body = _secret(key, vcluster, owner, made)
        try:
            await client.create(SECRETS, namespace, body, field_manager=markers.FIELD_MANAGER)
        except AlreadyExists:
            found = await client.get(SECRETS, key)
        else:
            return made
    return await _completed(client, key, found, owner=owner, authorities=authorities, now=now)


async def _completed(
    client: Client,
    key: Key,
    secret: dict[str, Any],
    *,
    owner: dict[str, Any] | None,
    authorities: Mapping[str, str],
    now: datetime,
) -> Identity:
    """What the Secret holds, with missing pairs added and the owner put right; one write or none."""
    files = [name for pair in _pairs(authorities) for name in pair]
    stored = {name: base64.b64decode(value) for name, value in (secret.get("data") or {}).items() if name in files}
    _refuse_halves(key, stored, authorities)
    patch: dict[str, Any] = {}
    if len(stored) < len(files):
        stored = (await asyncio.to_thread(generate, authorities, now)) | stored
        patch["data"] = _encoded(stored)
    if owner is not None and secret["metadata"].get("ownerReferences") != [owner]:
        patch["metadata"] = {"ownerReferences": [owner]}
    if patch:
        version = secret["metadata"]["resourceVersion"]
        patch["metadata"] = {**patch.get("metadata", {}), "resourceVersion": version}
        await client.patch(SECRETS, key, patch, field_manager=markers.FIELD_MANAGER)
    return stored


def _pairs(authorities: Mapping[str, str]) -> list[tuple[str, str]]:
    return [*((f"{name}.crt", f"{name}.key") for name in authorities), ("sa.pub", "sa.key")]


def _refuse_halves(key: Key, stored: Identity, authorities: Mapping[str, str]) -> None:
    """Half a pair is worth nothing, and replacing the half that is there would change who the cluster is."""
    for first, second in _pairs(authorities):
        if (first in stored) != (second in stored):
            missing = second if first in stored else first
            raise BootstrapError(
                f"Secret {key} lacks {missing}, which belongs to a pair: add it, or delete the Secret to let a new "
                "identity be made (all kubeconfigs and tokens of the virtual cluster end)"
            )


def _secret(key: Key, vcluster: str, owner: dict[str, Any] | None, identity: Identity) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": key.name,
            "labels": {"app": "vcluster", "vcluster-name": vcluster},
            **({"ownerReferences": [owner]} if owner else {}),
        },
        "type": "Opaque",
        "data": _encoded(identity),
    }


def _encoded(identity: Identity) -> dict[str, str]:
    return {name: base64.b64encode(value).decode() for name, value in identity.items()}
