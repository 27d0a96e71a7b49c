"""Distro k3s: one process for all components, as a server without an agent.

Source: k3s documentation, "k3s server" and "certificate authorities": it takes over authorities that it finds, so one
identity serves all distros.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.arguments import merged
from vcluster_config.distro import shared_args
from vcluster_config.distro.https_probes import https
from vcluster_config.distro.types import ControlPlane, Request, Store
from vcluster_config.errors import CompileError
from vcluster_config.images import reference
from vcluster_config.objects import Container, ContainerPort, Json, VolumeMount
from vcluster_config.placeholders import DATASTORE_SECRET, K3S_TOKEN_SECRET, NAMESPACE, RELEASE
from vcluster_config.pod_parts import (
    CONTAINER_SECURITY,
    RUNTIME_READ_ONLY,
    SOCKETS,
    field_env,
    plain_env,
    runtime_env,
    secret_env,
    secured,
)
from vcluster_contract import layout, versions

if TYPE_CHECKING:
    from vcluster_config.model import DistroK3s

_DATA: Final = VolumeMount(name="data", mount_path=layout.DATA_DIR)
_SCRATCH: Final = (
    VolumeMount(name="k3s-config", mount_path="/etc/rancher"),
    VolumeMount(name="tmp", mount_path="/tmp"),  # noqa: S108 - a volume of the pod
)
_SCRATCH_VOLUMES: Final[tuple[Json, ...]] = ({"name": "k3s-config", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}})
_ADDONS: Final = "coredns,local-storage,metrics-server,servicelb,traefik"


def control_plane(config: DistroK3s, request: Request) -> ControlPlane:
    """The container for ``controlPlane.distro.k3s``.

    Raises:
        CompileError: no version can be told from the image's tag.
    """
    image = config.image
    return ControlPlane(
        kubernetes_version=_version(image.tag),
        containers=(
            Container(
                name=layout.K3S_CONTAINER,
                image=reference(image.registry, image.repository, image.tag, default_registry=request.default_registry),
                image_pull_policy=config.image_pull_policy,
                command=tuple(config.command) or ("/bin/k3s",),
                args=tuple(config.extra_args) if config.command else merged(_args(request), config.extra_args),
                env=(*_env(request), *config.env),
                ports=(ContainerPort(name="https", container_port=layout.API_SERVER_PORT),),
                startup_probe=https("/readyz", layout.API_SERVER_PORT, period=1, failures=300, timeout=3),
                readiness_probe=https("/readyz", layout.API_SERVER_PORT, period=3, failures=3, timeout=5),
                liveness_probe=https("/livez", layout.API_SERVER_PORT, period=10, failures=8, timeout=15),
                resources=request.resources,
                security_context=secured(CONTAINER_SECURITY, config.security_context),
                volume_mounts=(RUNTIME_READ_ONLY, SOCKETS, _DATA, *_SCRATCH, *request.datastore.mounts),
            ),
        ),
        volumes=_SCRATCH_VOLUMES,
        secret={layout.TOKEN_KEY: config.token} if config.token else {},
        bootstrap_mounts=(_DATA,),
        needs_data=True,
    )


def _version(tag: str) -> str:
    """``v1.32.1`` of ``v1.32.1-k3s1``."""
    try:
        versions.minor(tag)
    except ValueError as error:
        raise CompileError("controlPlane.distro.k3s.image.tag", f"{error}; take a tag such as v1.32.1-k3s1") from error
    return tag.partition("-")[0]


def _args(request: Request) -> tuple[str, ...]:
    server = {
        **shared_args.api_server(static_admission=False),
        **shared_args.service_accounts(request.cluster_domain),
        # For the probes of the kubelet; k3s turns it off.
        "anonymous-auth": "true",
    }
    manager = shared_args.controller_manager(virtual_scheduler=request.virtual_scheduler)
    return (
        "server",
        f"--data-dir={layout.DATA_DIR}",
        f"--write-kubeconfig={layout.DATA_DIR}/k3s-config/kube-config.yaml",
        f"--https-listen-port={layout.API_SERVER_PORT}",
        f"--advertise-address=$({layout.POD_IP_ENV})",
        f"--service-cidr=$({layout.SERVICE_CIDR_ENV})",
        f"--cluster-domain={request.cluster_domain}",
        f"--disable={_ADDONS}",
        "--disable-agent",
        "--disable-cloud-controller",
        "--disable-helm-controller",
        "--disable-network-policy",
        *(() if request.virtual_scheduler else ("--disable-scheduler",)),
        "--flannel-backend=none",
        "--egress-selector-mode=disabled",
        *(f"--tls-san={name}" for name in _sans(request)),
        *_datastore(request.datastore),
        *(f"--kube-apiserver-arg={name}={value}" for name, value in server.items()),
        *(f"--kube-controller-manager-arg={name}={value}" for name, value in manager.items()),
    )


def _sans(request: Request) -> tuple[str, ...]:
    """Names of the Service; k3s adds localhost and those of ``default/kubernetes`` by itself."""
    names = (RELEASE, f"{RELEASE}.{NAMESPACE}", f"{RELEASE}.{NAMESPACE}.svc", f"$({layout.CLUSTER_IP_ENV})")
    return (*names, *request.extra_sans)


def _datastore(store: Store) -> tuple[str, ...]:
    settings = {
        "endpoint": store.url,
        "cafile": store.ca_file,
        "certfile": store.cert_file,
        "keyfile": store.key_file,
    }
    return tuple(f"--datastore-{name}={value}" for name, value in settings.items() if value)


def _env(request: Request) -> tuple[Json, ...]:
    """The token and a secret URL come as environment, which no process list shows."""
    key = request.datastore.secret_key
    return (
        field_env(layout.POD_IP_ENV, "status.podIP"),
        runtime_env(layout.SERVICE_CIDR_ENV),
        runtime_env(layout.CLUSTER_IP_ENV),
        secret_env("K3S_TOKEN", K3S_TOKEN_SECRET, layout.TOKEN_KEY),
        *((secret_env("K3S_DATASTORE_ENDPOINT", DATASTORE_SECRET, key),) if key else ()),
        plain_env("HOME", "/tmp"),  # noqa: S108 - a volume of the pod
        plain_env("GOGC", "50"),
    )
