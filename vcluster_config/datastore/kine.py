"""kine, the etcd API on an SQL database: SQLite in the pod, or a database that somebody else runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.arguments import merged
from vcluster_config.datastore.types import Connection, Datastore
from vcluster_config.objects import Container, Json, Resources, VolumeMount
from vcluster_config.placeholders import DATASTORE_SECRET
from vcluster_config.pod_parts import CONTAINER_SECURITY, plain_env, secret_env
from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_config.model.control_plane.backing_store import KineDatabase

IMAGE: Final = "rancher/kine:v0.17.5"
_SQLITE: Final = (
    f"sqlite://{layout.DATA_DIR}/state.db"
    "?_journal_mode=WAL&_synchronous=NORMAL&_busy_timeout=30000&_txlock=immediate&_stmt_cache_size=20&cache=shared"
)
_ENDPOINT: Final = "endpoint"
_SOCKET_MOUNT: Final = VolumeMount(name="datastore", mount_path=layout.DATASTORE_SOCKET_DIR)
_SOCKET_VOLUME: Final[Json] = {"name": "datastore", "emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}}
_DATA_MOUNT: Final = VolumeMount(name="data", mount_path=layout.DATA_DIR)
_API_SERVER_ARGS: Final = (f"--etcd-servers=unix://{layout.KINE_SOCKET}",)


def datastore(database: KineDatabase, *, image: str, config_path: str) -> Datastore:
    """SQLite unless the database says where else it is."""
    source = database.data_source
    if source and not source.startswith("sqlite"):
        return _remote(database, image, config_path)
    args = (f"--endpoint={source or _SQLITE}", *_COMMON_ARGS)
    return Datastore(
        api_server_args=_API_SERVER_ARGS,
        api_server_mounts=(_SOCKET_MOUNT,),
        connection=Connection(url=source),
        translated=True,
        # SQLite writes its start-up VACUUM to a temporary file, which a read-only root would refuse.
        sidecar=_container(
            image,
            merged(args, database.extra_args),
            env=(plain_env("SQLITE_TMPDIR", layout.DATA_DIR),),
            mounts=(_DATA_MOUNT, _SOCKET_MOUNT),
        ),
        volumes=(_SOCKET_VOLUME,),
        keeps_data=True,
        shared=False,
        config_path=config_path,
    )


def _remote(database: KineDatabase, image: str, config_path: str) -> Datastore:
    """The place of the database holds a password, so it reaches kine through a Secret and not in an argument."""
    args = merged((*_COMMON_ARGS, *_tls(database)), database.extra_args)
    return Datastore(
        api_server_args=_API_SERVER_ARGS,
        api_server_mounts=(_SOCKET_MOUNT,),
        connection=Connection(
            secret_key=_ENDPOINT, ca_file=database.ca_file, cert_file=database.cert_file, key_file=database.key_file
        ),
        translated=True,
        sidecar=_container(
            image, args, env=(secret_env("KINE_ENDPOINT", DATASTORE_SECRET, _ENDPOINT),), mounts=(_SOCKET_MOUNT,)
        ),
        volumes=(_SOCKET_VOLUME,),
        secret={_ENDPOINT: database.data_source},
        reads_user_files=True,
        keeps_data=False,
        shared=True,
        config_path=config_path,
    )


_COMMON_ARGS: Final = (f"--listen-address=unix://{layout.KINE_SOCKET}", "--metrics-bind-address=0")


def _tls(database: KineDatabase) -> tuple[str, ...]:
    files = {"ca": database.ca_file, "cert": database.cert_file, "key": database.key_file}
    return tuple(f"--{name}-file={path}" for name, path in files.items() if path)


def _container(
    image: str, args: tuple[str, ...], *, env: tuple[Json, ...], mounts: tuple[VolumeMount, ...]
) -> Container:
    return Container(
        name=layout.KINE_CONTAINER,
        image=image,
        restart_policy="Always",
        command=("/bin/kine",),
        args=args,
        env=env,
        # Two fifths of the API server's CPU under load: with a smaller share on a busy node, all writes wait for it.
        resources=Resources(requests={"cpu": "60m", "memory": "64Mi"}, limits={"memory": "1Gi"}),
        security_context=CONTAINER_SECURITY,
        volume_mounts=mounts,
    )
