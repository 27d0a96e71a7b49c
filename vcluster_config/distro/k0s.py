"""Distro k0s: one process that starts the components, as a controller without workers.

Source: k0s documentation, "Configuration options" and "Install using custom CA certificates". Its configuration file
cannot name environment variables, so ``bootstrap`` completes it with what only the host cluster knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_config.arguments import merged
from vcluster_config.distro import shared_args
from vcluster_config.distro.https_probes import https
from vcluster_config.distro.types import ControlPlane, Request, Store
from vcluster_config.errors import CompileError
from vcluster_config.images import reference
from vcluster_config.objects import Container, ContainerPort, Json, VolumeMount
from vcluster_config.placeholders import DATASTORE_SECRET
from vcluster_config.pod_parts import CONTAINER_SECURITY, RUNTIME, SOCKETS, plain_env, secret_env, secured
from vcluster_contract import layout, versions

if TYPE_CHECKING:
    from vcluster_config.model import DistroK0s

_DATA: Final = VolumeMount(name="data", mount_path=layout.DATA_DIR)
_RUN: Final = VolumeMount(name="run-k0s", mount_path="/run/k0s")
_TMP: Final = VolumeMount(name="tmp", mount_path="/tmp")  # noqa: S108 - a volume of the pod
_SCRATCH_VOLUMES: Final[tuple[Json, ...]] = ({"name": "run-k0s", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}})
_DISABLED: Final = (
    "coredns",
    "csr-approver",
    "helm",
    "konnectivity-server",
    "kube-proxy",
    "metrics-server",
    "network-provider",
    "worker-config",
)
# It gives each component a user of its own, and reads what ``bootstrap`` wrote as another one: baseline allows this.
_SECURITY: Final[Json] = {
    **CONTAINER_SECURITY,
    "capabilities": {"add": ["CHOWN", "DAC_OVERRIDE", "SETGID", "SETUID"], "drop": ["ALL"]},
    "runAsNonRoot": False,
    "runAsUser": 0,
    "runAsGroup": 0,
}


def control_plane(config: DistroK0s, request: Request, *, given: Json | None) -> ControlPlane:
    """The container for ``controlPlane.distro.k0s``; ``given`` is the user's configuration in place of ours.

    Raises:
        CompileError: no version can be told from the image's tag, or the database needs certificate files.
    """
    _refuse_files(request.datastore)
    image = config.image
    key = request.datastore.secret_key
    return ControlPlane(
        kubernetes_version=_version(image.tag),
        containers=(
            Container(
                name=layout.K0S_CONTAINER,
                image=reference(image.registry, image.repository, image.tag, default_registry=request.default_registry),
                image_pull_policy=config.image_pull_policy,
                command=tuple(config.command) or ("k0s",),
                args=tuple(config.extra_args) if config.command else merged(_args(request), config.extra_args),
                env=(plain_env("GOGC", "50"), *config.env),
                ports=(ContainerPort(name="https", container_port=layout.API_SERVER_PORT),),
                startup_probe=https("/readyz", layout.API_SERVER_PORT, period=1, failures=300, timeout=3),
                readiness_probe=https("/readyz", layout.API_SERVER_PORT, period=3, failures=3, timeout=5),
                liveness_probe=https("/livez", layout.API_SERVER_PORT, period=10, failures=8, timeout=15),
                resources=request.resources,
                security_context=secured(_SECURITY, config.security_context),
                volume_mounts=(RUNTIME, SOCKETS, _DATA, _RUN, _TMP, *request.datastore.mounts),
            ),
        ),
        volumes=_SCRATCH_VOLUMES,
        bootstrap_mounts=(_DATA,),
        bootstrap_env=(secret_env(layout.DATASTORE_ENV, DATASTORE_SECRET, key),) if key else (),
        needs_data=True,
        k0s_config=given or _configuration(request),
    )


def _refuse_files(store: Store) -> None:
    if store.secret_key and (store.ca_file or store.cert_file or store.key_file):
        raise CompileError(
            "controlPlane.backingStore.database",
            "k0s reads no certificate files for a database; put them into the dataSource or choose k8s or k3s",
        )


def _version(tag: str) -> str:
    """``v1.30.2`` of ``v1.30.2-k0s.0``."""
    try:
        versions.minor(tag)
    except ValueError as error:
        raise CompileError("controlPlane.distro.k0s.image.tag", f"{error}; take a tag such as v1.30.2-k0s.0") from error
    return tag.partition("-")[0]


def _args(request: Request) -> tuple[str, ...]:
    disabled = sorted((*_DISABLED, *(() if request.virtual_scheduler else ("kube-scheduler",))))
    return (
        "controller",
        f"--config={layout.K0S_CONFIG}",
        f"--data-dir={layout.K0S_DATA_DIR}",
        "--status-socket=/run/k0s/status.sock",
        f"--disable-components={','.join(disabled)}",
    )


def _configuration(request: Request) -> Json:
    """Complete but for the service range and the names in the serving certificate."""
    server = {
        **shared_args.api_server(static_admission=False),
        **shared_args.service_accounts(request.cluster_domain),
        # For the probes of the kubelet; k0s turns it off.
        "anonymous-auth": "true",
    }
    return {
        "apiVersion": "k0s.k0sproject.io/v1beta1",
        "kind": "ClusterConfig",
        "metadata": {"name": "k0s"},
        "spec": {
            "api": {"port": layout.API_SERVER_PORT, "k0sApiPort": layout.K0S_JOIN_PORT, "extraArgs": server},
            "controllerManager": {
                "extraArgs": shared_args.controller_manager(virtual_scheduler=request.virtual_scheduler)
            },
            "network": {"provider": "custom", "clusterDomain": request.cluster_domain},
            "storage": _storage(request.datastore),
            "telemetry": {"enabled": False},
        },
    }


def _storage(store: Store) -> dict[str, Any]:
    """An empty data source is k0s' own SQLite; a secret one is filled in by ``bootstrap``."""
    if not store.url.startswith("http"):
        return {"type": "kine", **({"kine": {"dataSource": store.url}} if store.url else {})}
    files = {"caFile": store.ca_file, "clientCertFile": store.cert_file, "clientKeyFile": store.key_file}
    return {
        "type": "etcd",
        "etcd": {
            "externalCluster": {
                "endpoints": [store.url],
                "etcdPrefix": "/registry",
                **{name: path for name, path in files.items() if path},
            }
        },
    }
