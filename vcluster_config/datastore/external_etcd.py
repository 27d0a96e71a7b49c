"""An etcd that somebody else runs: the API server dials it, nothing of it runs in the pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.datastore import etcd_args
from vcluster_config.datastore.types import Connection, Datastore

if TYPE_CHECKING:
    from vcluster_config.model.control_plane.backing_store import ExternalEtcd

_PATH: Final = "controlPlane.backingStore.etcd.external"


def datastore(etcd: ExternalEtcd) -> Datastore:
    """The endpoint (``host:port``), over TLS when a certificate authority is given."""
    scheme = "https" if etcd.tls.ca_file else "http"
    reached = Connection(
        url=etcd.endpoint if "://" in etcd.endpoint else f"{scheme}://{etcd.endpoint}",
        ca_file=etcd.tls.ca_file,
        cert_file=etcd.tls.cert_file,
        key_file=etcd.tls.key_file,
    )
    return Datastore(
        api_server_args=etcd_args.of_api_server(reached),
        connection=reached,
        reads_user_files=True,
        keeps_data=False,
        shared=True,
        config_path=_PATH,
    )
