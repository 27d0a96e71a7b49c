"""What restarts the control plane although its pod would look the same: settings that only ``bootstrap`` reads."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from vcluster_contract import markers
from vcluster_contract.config import SyncerConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEFAULTS: Final = SyncerConfig()
_READ_BY_BOOTSTRAP: Final = ("pod_security_standard", "webhooks", "k0s_config")


def pod_annotations(syncer: SyncerConfig) -> Mapping[str, str]:
    """Of the pod template; none while all of them are at their defaults."""
    settings = {name: getattr(syncer, name) for name in _READ_BY_BOOTSTRAP}
    read = {name: value for name, value in settings.items() if value != getattr(_DEFAULTS, name)}
    if syncer.networking.service_cidr:
        read["service_cidr"] = syncer.networking.service_cidr
    if not read:
        return {}
    return {markers.BOOTSTRAP: hashlib.sha256(msgspec.json.encode(read, order="deterministic")).hexdigest()[:16]}
