"""The work of the init container: idempotent, so that a restart at any point ends in the same files and objects."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from vcluster_contract import layout
from vcluster_contract.kinds import SERVICES
from vcluster_syncer.bootstrap import (
    etcd_leaves,
    files,
    hooks,
    identity,
    issued,
    k0s,
    k3s,
    kubeconfigs,
    leadership,
    runtime,
    sign,
)
from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.bootstrap.leaves import control_plane_leaves
from vcluster_syncer.bootstrap.sans import api_server_sans
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import NotFound

if TYPE_CHECKING:
    from vcluster_contract.config import SyncerConfig
    from vcluster_syncer.bootstrap.environment import Environment
    from vcluster_syncer.clock import Clock
    from vcluster_syncer.kube.api import Client


async def prepare(
    client: Client, config: SyncerConfig, environment: Environment, clock: Clock, root: Path = Path("/")
) -> None:
    """Make all that the control plane finds at start; ``root`` stands in for the container's file system.

    Raises:
        BootstrapError: the host's answers or the stored identity make a start impossible.
    """
    service = await _own_service(client, environment)
    owner = owner_reference(service) if config.set_owner else None
    now = clock.now()
    ensure_identity = identity.ensure(
        client,
        vcluster=environment.vcluster,
        namespace=environment.namespace,
        owner=owner,
        now=now,
        authorities=identity.AUTHORITIES | (identity.ETCD_AUTHORITY if config.etcd else {}),
    )
    ensure_runtime = runtime.ensure(client, service, owner, given_cidr=config.networking.service_cidr)
    found, service_cidr, _ = await asyncio.gather(
        ensure_identity, ensure_runtime, _ensure_more(client, config, environment, owner)
    )
    pki = _at(root, layout.PKI_DIR)
    for name, content in found.items():
        files.write(pki / name, content)
    if config.distro == "k3s":
        k3s.seed(found, root)
    sans = api_server_sans(
        service,
        cluster_domain=config.networking.cluster_domain,
        pod_ip=environment.pod_ip,
        extra=config.extra_sans,
    )
    if config.distro == "k0s":
        k0s.seed(found, root)
        k0s.write_configuration(
            config.k0s_config, root, service_cidr=service_cidr, sans=sans, data_source=environment.data_source
        )
    etcd = etcd_leaves.in_control_plane(
        config, vcluster=environment.vcluster, namespace=environment.namespace, pod_ip=environment.pod_ip
    )
    sign.sign(issued.due(control_plane_leaves(sans, etcd), pki, now), pki, now)
    _at(root, layout.VALIDATING_ADMISSION_DIR).mkdir(parents=True, exist_ok=True)
    for path, configuration in _configuration(config, found["ca.crt"]).items():
        files.write(_at(root, path), msgspec.json.format(msgspec.json.encode(configuration)))


async def _ensure_more(
    client: Client, config: SyncerConfig, environment: Environment, owner: dict[str, Any] | None
) -> None:
    """What only some choices need."""
    place = {"vcluster": environment.vcluster, "namespace": environment.namespace}
    if config.leadership.enabled:
        await leadership.ensure(client, **place, owner=owner)
    if config.distro == "k3s":
        await k3s.ensure_token(client, **place, owner=owner)


def owner_reference(service: dict[str, Any]) -> dict[str, Any]:
    """The reference by which deleting Service NAME collects what we made."""
    metadata = service["metadata"]
    return {"apiVersion": "v1", "kind": "Service", "name": metadata["name"], "uid": metadata["uid"]}


def _configuration(config: SyncerConfig, ca: bytes) -> dict[str, dict[str, Any]]:
    """All configuration files by path."""
    return {
        **{path: kubeconfigs.in_pod(leaf) for path, leaf in kubeconfigs.IN_POD.items()},
        layout.EGRESS_CONFIG: hooks.egress_configuration(),
        layout.ADMISSION_CONFIG: hooks.admission_configuration(config),
        hooks.WEBHOOK_FILE: hooks.webhook_configuration(ca),
        **hooks.central_webhooks(config),
    }


async def _own_service(client: Client, environment: Environment) -> dict[str, Any]:
    key = Key(environment.namespace, environment.vcluster)
    try:
        return await client.get(SERVICES, key)
    except NotFound as error:
        raise BootstrapError(
            f"Service {key} does not exist, at which the virtual cluster is reached: install it again with the chart"
        ) from error


def _at(root: Path, path: str) -> Path:
    return root / path.lstrip("/")
