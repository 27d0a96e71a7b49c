"""What restarts the control plane although its pod would look the same: what containers take from elsewhere."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from vcluster_contract import markers
from vcluster_contract.config import SyncerConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vcluster_config.datastore.types import Datastore

_DEFAULTS: Final = SyncerConfig()
_READ_BY_BOOTSTRAP: Final = ("pod_security_standard", "webhooks", "k0s_config")


def pod_annotations(syncer: SyncerConfig, datastore: Datastore) -> Mapping[str, str]:
    """Of the pod template: checksums of the datastore's Secret and of settings that only ``bootstrap`` reads."""
    return {**_secret(datastore), **_bootstrap(syncer)}


def _secret(datastore: Datastore) -> Mapping[str, str]:
    content = "\n".join(datastore.secret.values())
    return {markers.DATASTORE: _stretched(content)} if content else {}


def _bootstrap(syncer: SyncerConfig) -> Mapping[str, str]:
    """None while all settings are at their defaults."""
    settings = {name: getattr(syncer, name) for name in _READ_BY_BOOTSTRAP}
    read = {name: value for name, value in settings.items() if value != getattr(_DEFAULTS, name)}
    if syncer.networking.service_cidr:
        read["service_cidr"] = syncer.networking.service_cidr
    if not read:
        return {}
    return {markers.BOOTSTRAP: hashlib.sha256(msgspec.json.encode(read, order="deterministic")).hexdigest()[:16]}


@lru_cache(maxsize=16)  # editors and ``why`` compile one file again and again
def _stretched(content: str) -> str:
    """Slow on purpose: everybody who may list pods sees it, and a password must not be guessed from it."""
    return hashlib.scrypt(content.encode(), salt=markers.DATASTORE.encode(), n=2**14, r=8, p=1, dklen=8).hex()
