"""The etcd container, the same in the control-plane pod and in a pod of its own."""

from __future__ import annotations

from typing import Final, Literal

from vcluster_config.objects import Container, ContainerPort, HttpGet, Json, Probe, Resources, VolumeMount
from vcluster_config.pod_parts import CONTAINER_SECURITY, RUNTIME_READ_ONLY, field_env
from vcluster_contract import layout

_DATA_MOUNT: Final = VolumeMount(name="data", mount_path=layout.DATA_DIR)


def container(
    image: str,
    args: tuple[str, ...],
    *,
    resources: Resources,
    restart_policy: Literal["", "Always"] = "",
    image_pull_policy: str = "",
    env: tuple[Json, ...] = (),
) -> Container:
    """A member; healthy means that the cluster has a leader, alive means that this member answers."""
    return Container(
        name=layout.ETCD_CONTAINER,
        image=image,
        image_pull_policy=image_pull_policy,
        restart_policy=restart_policy,
        command=("etcd",),
        args=args,
        env=(field_env(layout.POD_NAME_ENV, "metadata.name"), *env),
        ports=(ContainerPort(name="peer", container_port=layout.ETCD_PEER_PORT),),
        startup_probe=_probe("/health", period=1, failures=600),
        liveness_probe=_probe("/health?exclude=NOSPACE&serializable=true", period=10, failures=8),
        resources=resources,
        security_context=CONTAINER_SECURITY,
        volume_mounts=(_DATA_MOUNT, RUNTIME_READ_ONLY),
    )


def _probe(path: str, *, period: int, failures: int) -> Probe:
    return Probe(
        http_get=HttpGet(path=path, port=layout.ETCD_METRICS_PORT),
        period_seconds=period,
        failure_threshold=failures,
        timeout_seconds=15,
    )
