"""What a distro contributes to the pod, in one shape, so that the pod is put together the same way for all of them."""

from __future__ import annotations

import msgspec

from vcluster_config.objects import Container, Json, Resources, VolumeMount


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a distro needs to know besides its own section of vcluster.yaml."""

    cluster_domain: str
    default_registry: str
    replicas: int
    virtual_scheduler: bool
    datastore_args: tuple[str, ...]
    datastore_mounts: tuple[VolumeMount, ...]
    resources: Resources
    """``controlPlane.statefulSet.resources``: they go to the API server, which is what grows with the cluster."""


class ControlPlane(msgspec.Struct, frozen=True, kw_only=True):
    """Containers of a distro."""

    kubernetes_version: str
    """For example ``v1.36.3``."""
    containers: tuple[Container, ...]
    volumes: tuple[Json, ...] = ()
