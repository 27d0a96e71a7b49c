"""etcd as a member in every control-plane pod: several replicas without a store that somebody has to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.arguments import merged
from vcluster_config.datastore import etcd_args, etcd_container
from vcluster_config.datastore.types import Datastore
from vcluster_config.objects import Resources
from vcluster_config.placeholders import HEADLESS_SERVICE, NAMESPACE, RELEASE

if TYPE_CHECKING:
    from vcluster_config.model.control_plane.backing_store import EmbeddedEtcd

_PATH: Final = "controlPlane.backingStore.etcd.embedded"


def datastore(etcd: EmbeddedEtcd, *, image: str, replicas: int) -> Datastore:
    """The API server of each pod calls the member beside it, by loopback; members call each other by pod name."""
    peers = tuple(f"{RELEASE}-{ordinal}.{HEADLESS_SERVICE}.{NAMESPACE}.svc" for ordinal in range(replicas))
    token = f"{RELEASE}-{NAMESPACE}"
    count = () if etcd.snapshot_count is None else (f"--snapshot-count={etcd.snapshot_count}",)
    args = (*etcd_args.member(peers, listen="127.0.0.1", advertise="127.0.0.1", token=token), *count)
    reached = etcd_args.connection("127.0.0.1")
    return Datastore(
        api_server_args=etcd_args.of_api_server(reached),
        connection=reached,
        sidecar=etcd_container.container(
            image,
            merged(args, etcd.extra_args),
            restart_policy="Always",
            resources=Resources(requests={"cpu": "20m", "memory": "100Mi"}, limits={"memory": "2Gi"}),
        ),
        needs_bootstrap=True,
        needs_names=True,
        etcd="embedded",
        keeps_data=True,
        shared=True,
        config_path=_PATH,
    )
