"""What a datastore contributes to the pod, in one shape, so that distros need not know which one was chosen."""

from __future__ import annotations

from typing import Literal

import msgspec

from vcluster_config.objects import Container, Json, VolumeMount


class Connection(msgspec.Struct, frozen=True, kw_only=True):
    """How a distro that brings its own client of databases and etcd connects; empty means a file of its own."""

    url: str = ""
    secret_key: str = ""
    """Key in Secret vc-datastore-NAME that holds the URL, when it must not show."""
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""


class Datastore(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen datastore."""

    api_server_args: tuple[str, ...]
    api_server_mounts: tuple[VolumeMount, ...] = ()
    connection: Connection
    translated: bool = False
    """Whether the sidecar only translates between a database and the etcd API, which k3s and k0s do by themselves."""
    sidecar: Container | None = None
    """Runs in the pod as a native sidecar: first to start, last to end."""
    volumes: tuple[Json, ...] = ()
    secret: dict[str, str] = {}
    """Content of Secret vc-datastore-NAME, which containers take as environment, so that pods restart when
    it changes; empty means no Secret."""
    needs_bootstrap: bool = False
    """Whether the sidecar reads files that ``bootstrap`` makes, and so starts after it."""
    needs_names: bool = False
    """Whether pods must keep their names, even without claims."""
    etcd: Literal["", "embedded", "deployed"] = ""
    """Whose certificates ``bootstrap`` makes."""
    reads_user_files: bool = False
    """Whether the user's extra volumes hold files (certificates) that the datastore's clients read."""
    keeps_data: bool
    """Whether the pod itself needs stable storage, mounted by the sidecar as volume ``data``."""
    shared: bool
    """Whether several replicas may use it at the same time."""
    config_path: str
    """Where it is chosen in vcluster.yaml."""
