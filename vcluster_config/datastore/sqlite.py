"""SQLite behind kine: the default, because it needs no second workload and starts in a fraction of a second."""

from __future__ import annotations

from typing import Final

from vcluster_config.datastore.types import Datastore
from vcluster_config.objects import Container, Json, Resources, VolumeMount
from vcluster_config.pod_parts import CONTAINER_SECURITY, plain_env
from vcluster_contract import layout

KINE_IMAGE: Final = "rancher/kine:v0.17.5"
_ENDPOINT: Final = (
    f"sqlite://{layout.DATA_DIR}/state.db"
    "?_journal_mode=WAL&_synchronous=NORMAL&_busy_timeout=30000&_txlock=immediate&_stmt_cache_size=20&cache=shared"
)
_SOCKET_MOUNT: Final = VolumeMount(name="datastore", mount_path=layout.DATASTORE_SOCKET_DIR)
_SOCKET_VOLUME: Final[Json] = {"name": "datastore", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}


def datastore(
    *, image: str = KINE_IMAGE, config_path: str = "controlPlane.backingStore.database.embedded"
) -> Datastore:
    """Kine on a file in volume ``data``; one writer only."""
    return Datastore(
        api_server_args=(f"--etcd-servers=unix://{layout.KINE_SOCKET}",),
        api_server_mounts=(_SOCKET_MOUNT,),
        sidecar=_kine(image),
        volumes=(_SOCKET_VOLUME,),
        keeps_data=True,
        shared=False,
        config_path=config_path,
    )


def _kine(image: str) -> Container:
    return Container(
        name=layout.KINE_CONTAINER,
        image=image,
        restart_policy="Always",
        command=("/bin/kine",),
        args=(
            f"--endpoint={_ENDPOINT}",
            f"--listen-address=unix://{layout.KINE_SOCKET}",
            "--metrics-bind-address=0",
        ),
        # SQLite writes its start-up VACUUM to a temporary file, which a read-only root would refuse.
        env=(plain_env("SQLITE_TMPDIR", layout.DATA_DIR),),
        resources=Resources(requests={"cpu": "10m", "memory": "64Mi"}, limits={"memory": "1Gi"}),
        security_context=CONTAINER_SECURITY,
        volume_mounts=(VolumeMount(name="data", mount_path=layout.DATA_DIR), _SOCKET_MOUNT),
    )
