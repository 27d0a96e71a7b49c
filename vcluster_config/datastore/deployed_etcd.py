"""etcd in pods of its own beside the control plane, so that either can be moved, scaled and upgraded alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.datastore import etcd_args
from vcluster_config.datastore.types import Datastore
from vcluster_config.placeholders import NAMESPACE, RELEASE
from vcluster_contract import names

if TYPE_CHECKING:
    from vcluster_config.model.control_plane.backing_store import DeployedEtcd

_PATH: Final = "controlPlane.backingStore.etcd.deploy"


def datastore(etcd: DeployedEtcd) -> Datastore:
    """The API server calls the Service, or the names of the members where there is no Service."""
    service = names.etcd(RELEASE) if etcd.service.enabled else names.etcd_headless(RELEASE)
    reached = etcd_args.connection(f"{service}.{NAMESPACE}.svc")
    return Datastore(
        api_server_args=etcd_args.of_api_server(reached),
        connection=reached,
        etcd="deployed",
        keeps_data=False,
        shared=True,
        config_path=_PATH,
    )
