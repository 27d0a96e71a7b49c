"""Command line of an etcd member, the same in the control-plane pod and in a pod of its own.

Source: etcd documentation, "Configuration options" and "Clustering".
"""

from __future__ import annotations

from typing import Final

from vcluster_config.datastore.types import Connection
from vcluster_contract import layout

DATA_FOLDER: Final = layout.DATA_DIR + "/etcd"


def member(peers: tuple[str, ...], *, listen: str, advertise: str, token: str) -> tuple[str, ...]:
    """Arguments of one member.

    ``peers`` are the DNS names of all members in order of their ordinals; a member's own name is its pod's name, which
    is the first label of its DNS name. ``listen`` is the address for clients, ``advertise`` the host part of the URL
    they are told.
    """
    own = f"$({layout.POD_NAME_ENV})"
    domain = next(iter(peers), "").partition(".")[2]  # nobody is there while the control plane is scaled to zero
    cluster = ",".join(f"{peer.partition('.')[0]}=https://{peer}:{layout.ETCD_PEER_PORT}" for peer in peers)
    return (
        f"--name={own}",
        f"--data-dir={DATA_FOLDER}",
        f"--listen-client-urls=https://{listen}:{layout.ETCD_CLIENT_PORT}",
        f"--advertise-client-urls=https://{advertise}:{layout.ETCD_CLIENT_PORT}",
        f"--listen-peer-urls=https://0.0.0.0:{layout.ETCD_PEER_PORT}",
        f"--initial-advertise-peer-urls=https://{own}.{domain}:{layout.ETCD_PEER_PORT}",
        f"--initial-cluster={cluster}",
        f"--initial-cluster-token={token}",
        "--initial-cluster-state=new",
        # Members share nodes and disks with everything else; with etcd's own 100 and 1000 ms a busy node costs leaders.
        "--heartbeat-interval=300",
        "--election-timeout=3000",
        # Health only, for the kubelet, which has no client certificate.
        f"--listen-metrics-urls=http://0.0.0.0:{layout.ETCD_METRICS_PORT}",
        *_tls("", layout.ETCD_SERVER),
        *_tls("peer-", layout.ETCD_PEER),
    )


def _tls(prefix: str, name: str) -> tuple[str, ...]:
    return (
        f"--{prefix}cert-file={layout.PKI_DIR}/{name}.crt",
        f"--{prefix}key-file={layout.PKI_DIR}/{name}.key",
        f"--{prefix}trusted-ca-file={layout.PKI_DIR}/{layout.ETCD_AUTHORITY}.crt",
        f"--{prefix}client-cert-auth=true",
    )


def connection(server: str) -> Connection:
    """How a client reaches an etcd of ours."""
    return Connection(
        url=f"https://{server}:{layout.ETCD_CLIENT_PORT}",
        ca_file=f"{layout.PKI_DIR}/{layout.ETCD_AUTHORITY}.crt",
        cert_file=f"{layout.PKI_DIR}/{layout.ETCD_CLIENT}.crt",
        key_file=f"{layout.PKI_DIR}/{layout.ETCD_CLIENT}.key",
    )


def of_api_server(reached: Connection) -> tuple[str, ...]:
    """How the API server is told of an etcd."""
    files = {"ca": reached.ca_file, "cert": reached.cert_file, "key": reached.key_file}
    return (f"--etcd-servers={reached.url}", *(f"--etcd-{name}file={path}" for name, path in files.items() if path))
