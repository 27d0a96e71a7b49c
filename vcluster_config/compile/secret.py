"""Secrets of the release: the syncer's configuration, byte for byte as compiled, and the place of the datastore."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.compile.metadata import metadata
from vcluster_config.objects import Secret
from vcluster_config.placeholders import CONFIG_SECRET, DATASTORE_SECRET, K3S_TOKEN_SECRET
from vcluster_contract import config as contract
from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved


def config_secret(resolved: Resolved, syncer: contract.SyncerConfig) -> Secret:
    """Secret vc-config-NAME; the syncer restarts itself when it changes, the pod stays."""
    return _secret(resolved, CONFIG_SECRET, {layout.SYNCER_CONFIG_KEY: contract.encode(syncer).decode()})


def datastore_secret(resolved: Resolved) -> Secret | None:
    """Secret vc-datastore-NAME; None when the datastore has nothing to hide."""
    content = resolved.datastore.secret
    return _secret(resolved, DATASTORE_SECRET, content) if content else None


def token_secret(resolved: Resolved) -> Secret | None:
    """Secret vc-k3s-NAME when a file names the token; otherwise ``bootstrap`` makes one."""
    content = resolved.control_plane.secret
    return _secret(resolved, K3S_TOKEN_SECRET, content) if content else None


def _secret(resolved: Resolved, name: str, content: dict[str, str]) -> Secret:
    shared = resolved.config.control_plane.advanced.global_metadata.annotations
    return Secret(
        api_version="v1",
        kind="Secret",
        metadata=metadata(name, shared_annotations=shared),
        type="Opaque",
        string_data=content,
    )
