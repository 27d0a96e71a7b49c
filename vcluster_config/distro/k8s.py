"""Distro k8s: the official component images side by side, each a container that the kubelet starts, probes and logs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from vcluster_config.arguments import merged
from vcluster_config.distro import k8s_args
from vcluster_config.distro.https_probes import https
from vcluster_config.distro.types import ControlPlane, Request
from vcluster_config.errors import CompileError
from vcluster_config.images import reference
from vcluster_config.objects import Container, ContainerPort, Json, Resources
from vcluster_config.pod_parts import (
    CONTAINER_SECURITY,
    RUNTIME_READ_ONLY,
    SOCKETS,
    field_env,
    plain_env,
    runtime_env,
    secured,
)
from vcluster_contract import layout, versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vcluster_config.model import DistroK8s, Image


class _Component(Protocol):
    """What the three components' sections of vcluster.yaml have in common."""

    @property
    def image(self) -> Image: ...
    @property
    def image_pull_policy(self) -> str: ...
    @property
    def command(self) -> Sequence[str]: ...
    @property
    def extra_args(self) -> Sequence[str]: ...


def control_plane(config: DistroK8s, request: Request) -> ControlPlane:
    """Containers for ``controlPlane.distro.k8s``.

    Raises:
        CompileError: no version can be told from the API server's tag.
    """
    version = _kubernetes_version(config)
    containers = [_api_server(config, request, version)] if config.api_server.enabled else []
    if config.controller_manager.enabled:
        containers.append(_controller_manager(config, request))
    if request.virtual_scheduler:
        containers.append(_scheduler(config, request))
    return ControlPlane(kubernetes_version=version, containers=tuple(containers))


def _api_server(config: DistroK8s, request: Request, version: str) -> Container:
    args = k8s_args.api_server(request, static_admission=versions.reads_admission_from_files(version))
    return Container(
        name=layout.API_SERVER_CONTAINER,
        image=_image(config, config.api_server, request),
        image_pull_policy=config.api_server.image_pull_policy,
        command=_command("kube-apiserver", config.api_server),
        args=_args(args, config.api_server),
        env=(
            field_env(layout.POD_IP_ENV, "status.podIP"),
            runtime_env(layout.SERVICE_CIDR_ENV),
            *_env(config, {}),
        ),
        ports=(ContainerPort(name="https", container_port=layout.API_SERVER_PORT),),
        startup_probe=https("/readyz", layout.API_SERVER_PORT, period=1, failures=300, timeout=3),
        readiness_probe=https("/readyz", layout.API_SERVER_PORT, period=3, failures=3, timeout=5),
        liveness_probe=https("/livez", layout.API_SERVER_PORT, period=10, failures=8, timeout=15),
        resources=request.resources,
        security_context=secured(CONTAINER_SECURITY, config.security_context),
        volume_mounts=(RUNTIME_READ_ONLY, SOCKETS, *request.datastore.mounts),
    )


def _controller_manager(config: DistroK8s, request: Request) -> Container:
    return Container(
        name=layout.CONTROLLER_MANAGER_CONTAINER,
        image=_image(config, config.controller_manager, request),
        image_pull_policy=config.controller_manager.image_pull_policy,
        command=_command("kube-controller-manager", config.controller_manager),
        args=_args(k8s_args.controller_manager(request), config.controller_manager),
        env=(runtime_env(layout.SERVICE_CIDR_ENV), *_env(config, {"GOGC": "50"})),
        liveness_probe=https("/healthz", layout.CONTROLLER_MANAGER_PORT, period=10, failures=8, timeout=15, delay=15),
        resources=Resources(requests={"cpu": "15m", "memory": "64Mi"}, limits={"memory": "1Gi"}),
        security_context=secured(CONTAINER_SECURITY, config.security_context),
        volume_mounts=(RUNTIME_READ_ONLY,),
    )


def _scheduler(config: DistroK8s, request: Request) -> Container:
    return Container(
        name=layout.SCHEDULER_CONTAINER,
        image=_image(config, config.scheduler, request),
        image_pull_policy=config.scheduler.image_pull_policy,
        command=_command("kube-scheduler", config.scheduler),
        args=_args(k8s_args.scheduler(request), config.scheduler),
        env=_env(config, {"GOGC": "50"}),
        liveness_probe=https("/healthz", layout.SCHEDULER_PORT, period=10, failures=8, timeout=15, delay=15),
        resources=Resources(requests={"cpu": "10m", "memory": "48Mi"}, limits={"memory": "1Gi"}),
        security_context=secured(CONTAINER_SECURITY, config.security_context),
        volume_mounts=(RUNTIME_READ_ONLY,),
    )


def _kubernetes_version(config: DistroK8s) -> str:
    version = _version(config) or config.api_server.image.tag
    try:
        versions.minor(version)
    except ValueError as error:
        path = "controlPlane.distro.k8s.version"
        raise CompileError(path, f"{error}; set it to the version behind the API server's image tag") from error
    return version


def _version(config: DistroK8s) -> str:
    """Official images carry the ``v`` that people leave out."""
    return f"v{config.version}" if config.version[:1].isdigit() else config.version


def _image(config: DistroK8s, component: _Component, request: Request) -> str:
    """A tag given for one component wins over ``version``, which wins over the default tag."""
    image = component.image
    tag = image.tag if "tag" in image.model_fields_set else _version(config) or image.tag
    return reference(image.registry, image.repository, tag, default_registry=request.default_registry)


def _command(binary: str, component: _Component) -> tuple[str, ...]:
    return tuple(component.command) or (binary,)


def _args(ours: tuple[str, ...], component: _Component) -> tuple[str, ...]:
    """A command of the user's replaces all of ours, arguments included."""
    return tuple(component.extra_args) if component.command else merged(ours, component.extra_args)


def _env(config: DistroK8s, defaults: dict[str, str]) -> tuple[Json, ...]:
    given = [dict(item) for item in config.env]
    names = {item.get("name") for item in given}
    return (*(plain_env(name, value) for name, value in defaults.items() if name not in names), *given)
