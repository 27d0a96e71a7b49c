"""What a distro contributes to the pod, in one shape, so that the pod is put together the same way for all of them."""

from __future__ import annotations

import msgspec

from vcluster_config.objects import Container, Json, Resources, VolumeMount


class Store(msgspec.Struct, frozen=True, kw_only=True):
    """The chosen datastore as a distro sees it."""

    api_server_args: tuple[str, ...]
    """For an API server that speaks to etcd, or to what translates for it."""
    url: str
    """For a distro with a client of its own; empty means a file of its own, or the Secret."""
    secret_key: str
    """Key in Secret vc-datastore-NAME that holds the URL."""
    ca_file: str
    cert_file: str
    key_file: str
    mounts: tuple[VolumeMount, ...]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a distro needs to know besides its own section of vcluster.yaml."""

    cluster_domain: str
    default_registry: str
    replicas: int
    virtual_scheduler: bool
    extra_sans: tuple[str, ...]
    datastore: Store
    resources: Resources
    """``controlPlane.statefulSet.resources``: they go to the API server, which is what grows with the cluster."""


class ControlPlane(msgspec.Struct, frozen=True, kw_only=True):
    """Containers of a distro."""

    kubernetes_version: str
    """For example ``v1.36.3``."""
    containers: tuple[Container, ...]
    volumes: tuple[Json, ...] = ()
    secret: dict[str, str] = {}
    """Content of Secret vc-k3s-NAME, when a file names the token."""
    bootstrap_mounts: tuple[VolumeMount, ...] = ()
    """Where ``bootstrap`` prepares files that this distro looks for."""
    bootstrap_env: tuple[Json, ...] = ()
    """What ``bootstrap`` needs to know for it."""
    k0s_config: Json = {}
    needs_data: bool = False
    """Whether the distro keeps files in volume ``data``, whatever the datastore is."""
