"""The two containers that run our image: ``bootstrap`` before everything, ``syncer`` for the life of the pod."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config import pod_parts
from vcluster_config.compile.resolve import container_resources, user_mounts
from vcluster_config.compile.version import VERSION
from vcluster_config.images import reference
from vcluster_config.objects import Container, ContainerPort, HttpGet, Probe, Resources
from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved

_BINARY: Final = "vcluster-syncer"
_MOUNTS: Final = (pod_parts.RUNTIME, pod_parts.SOCKETS, pod_parts.CONFIG, pod_parts.HOST_ACCESS)

_BOOTSTRAP_RESOURCES: Final = Resources(requests={"cpu": "40m", "memory": "64Mi"}, limits={"memory": "256Mi"})


def bootstrap(resolved: Resolved) -> Container:
    """Writes PKI, kubeconfigs and configuration files, and ends when the datastore answers."""
    workload = resolved.config.control_plane.stateful_set
    return Container(
        name=layout.BOOTSTRAP_CONTAINER,
        image=_image(resolved),
        image_pull_policy=workload.image_pull_policy,
        command=(_BINARY, "bootstrap"),
        env=(*pod_parts.IDENTITY, *resolved.control_plane.bootstrap_env, *workload.env),
        resources=_bootstrap_resources(resolved),
        security_context=pod_parts.CONTAINER_SECURITY,
        volume_mounts=(*_MOUNTS, *resolved.datastore.api_server_mounts, *resolved.control_plane.bootstrap_mounts),
    )


def bootstrap_etcd(resolved: Resolved) -> Container:
    """Makes the certificates of a member of the deployed etcd."""
    return Container(
        name=layout.BOOTSTRAP_CONTAINER,
        image=_image(resolved),
        image_pull_policy=resolved.config.control_plane.stateful_set.image_pull_policy,
        command=(_BINARY, "bootstrap-etcd"),
        env=pod_parts.IDENTITY,
        resources=_BOOTSTRAP_RESOURCES,
        security_context=pod_parts.CONTAINER_SECURITY,
        volume_mounts=(pod_parts.RUNTIME, pod_parts.AUTHORITY),
    )


def syncer(resolved: Resolved) -> Container:
    """Ready when the virtual API server is, caches are synced and DNS is applied."""
    workload = resolved.config.control_plane.stateful_set
    return Container(
        name=layout.SYNCER_CONTAINER,
        image=_image(resolved),
        image_pull_policy=workload.image_pull_policy,
        working_dir=workload.working_dir,
        command=tuple(workload.command) or (_BINARY, "run"),
        args=tuple(workload.args),
        env=(*pod_parts.IDENTITY, *workload.env),
        ports=(
            ContainerPort(name="kubelet", container_port=layout.KUBELET_PORT),
            ContainerPort(name="operations", container_port=layout.OPERATIONS_PORT),
        ),
        # A startup probe asks every second until the pod is ready; afterwards the slow probes are enough.
        startup_probe=_probe("/readyz", period=1, failures=600, timeout=3),
        readiness_probe=_probe("/readyz", period=5, failures=3, timeout=3),
        liveness_probe=_probe("/healthz", period=10, failures=6, timeout=5),
        resources=Resources(requests={"cpu": "40m", "memory": "64Mi"}, limits={"memory": "1Gi"}),
        security_context=pod_parts.CONTAINER_SECURITY,
        volume_mounts=(*_MOUNTS, *user_mounts(resolved.config)),
    )


def _bootstrap_resources(resolved: Resolved) -> Resources:
    """Upstream's default CPU limit is made for copying files; here it would stretch one second into ten."""
    distro = resolved.config.control_plane.distro
    section = {"k8s": distro.k8s, "k3s": distro.k3s, "k0s": distro.k0s}[resolved.distro]
    if "resources" in section.model_fields_set:
        return container_resources(section.resources)
    return _BOOTSTRAP_RESOURCES


def _image(resolved: Resolved) -> str:
    image = resolved.config.control_plane.stateful_set.image
    registry = resolved.config.control_plane.advanced.default_image_registry
    return reference(image.registry, image.repository, image.tag or VERSION, default_registry=registry)


def _probe(path: str, *, period: int, failures: int, timeout: int) -> Probe:
    return Probe(
        http_get=HttpGet(path=path, port=layout.OPERATIONS_PORT),
        period_seconds=period,
        failure_threshold=failures,
        timeout_seconds=timeout,
    )
