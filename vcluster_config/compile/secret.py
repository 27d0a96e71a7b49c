"""The Secret through which the syncer gets its configuration, byte for byte as it was compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.compile.metadata import metadata
from vcluster_config.objects import Secret
from vcluster_config.placeholders import CONFIG_SECRET
from vcluster_contract import config as contract
from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved


def config_secret(resolved: Resolved, syncer: contract.SyncerConfig) -> Secret:
    """Secret vc-config-NAME; the syncer restarts itself when it changes, the pod stays."""
    return Secret(
        api_version="v1",
        kind="Secret",
        metadata=metadata(
            CONFIG_SECRET,
            shared_annotations=resolved.config.control_plane.advanced.global_metadata.annotations,
        ),
        type="Opaque",
        string_data={layout.SYNCER_CONFIG_KEY: contract.encode(syncer).decode()},
    )
