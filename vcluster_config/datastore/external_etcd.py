"""An etcd that somebody else runs: the API server dials it, nothing of it runs in the pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.datastore.types import Datastore

if TYPE_CHECKING:
    from vcluster_config.model.control_plane.backing_store import ExternalEtcd

_PATH: Final = "controlPlane.backingStore.etcd.external"


def datastore(etcd: ExternalEtcd) -> Datastore:
    """The endpoint (``host:port``), over TLS when a certificate authority is given."""
    scheme = "https" if etcd.tls.ca_file else "http"
    server = etcd.endpoint if "://" in etcd.endpoint else f"{scheme}://{etcd.endpoint}"
    files = {"ca": etcd.tls.ca_file, "cert": etcd.tls.cert_file, "key": etcd.tls.key_file}
    return Datastore(
        api_server_args=(
            f"--etcd-servers={server}",
            *(f"--etcd-{name}file={path}" for name, path in files.items() if path),
        ),
        reads_user_files=True,
        keeps_data=False,
        shared=True,
        config_path=_PATH,
    )
