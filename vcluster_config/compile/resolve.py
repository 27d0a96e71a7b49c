"""The decisions that several parts of the plan share, taken once: distro, datastore, replicas, storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec.structs import replace

from vcluster_config.compile import manifests
from vcluster_config.datastore import deployed_etcd, embedded_etcd, external_etcd, kine
from vcluster_config.datastore.types import Datastore
from vcluster_config.distro import k0s, k3s, k8s
from vcluster_config.distro.types import ControlPlane, Request, Store
from vcluster_config.errors import CompileError
from vcluster_config.images import reference, with_default_registry
from vcluster_config.model import Config
from vcluster_config.objects import Json, Resources, VolumeMount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_config.model.shared import Image
    from vcluster_config.model.shared import Resources as ModelResources
    from vcluster_config.model.shared import VolumeMount as ModelVolumeMount

Distro = Literal["k8s", "k3s", "k0s"]


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration with its choices made."""

    config: Config
    distro: Distro
    datastore: Datastore
    control_plane: ControlPlane
    replicas: int
    claims: bool
    """Whether the control plane keeps data in claims."""

    @property
    def stateful(self) -> bool:
        """Whether the workload is a StatefulSet: its pods keep data or names."""
        return self.claims or self.datastore.needs_names

    @property
    def virtual_scheduler(self) -> bool:
        """Whether a scheduler inside the virtual cluster decides."""
        return schedules_inside(self.config)

    @property
    def kubernetes_version(self) -> str:
        """Version of the virtual API server."""
        return self.control_plane.kubernetes_version


def resolve(config: Config) -> Resolved:
    """Choose everything that is a choice.

    Raises:
        CompileError: choices exclude each other.
    """
    distro = _distro(config)
    datastore = _suited(_datastore(config), distro)
    replicas = _replicas(config, datastore)
    return Resolved(
        config=config,
        distro=distro,
        datastore=datastore,
        control_plane=_control_plane(config, distro, datastore, replicas),
        replicas=replicas,
        claims=_claims(config, datastore),
    )


def schedules_inside(config: Config) -> bool:
    """Whether a scheduler inside is asked for, as v0.24 or as newer releases spell it."""
    plane = config.control_plane
    return plane.advanced.virtual_scheduler.enabled or plane.distro.k8s.scheduler.enabled


def etcd_image(image: Image, default_registry: str) -> str:
    """Image of etcd, embedded or deployed."""
    return reference(image.registry, image.repository, image.tag, default_registry=default_registry)


def user_mounts(config: Config) -> tuple[VolumeMount, ...]:
    """``persistence.addVolumeMounts`` in the form of containers."""
    return mounts(config.control_plane.stateful_set.persistence.add_volume_mounts)


def mounts(given: Iterable[ModelVolumeMount]) -> tuple[VolumeMount, ...]:
    """Mounts of a file in the form of containers."""
    return tuple(_mount(item) for item in given)


def container_resources(resources: ModelResources) -> Resources:
    """Requests and limits as they are written."""
    return Resources(requests=dict(resources.requests), limits=dict(resources.limits))


def _distro(config: Config) -> Distro:
    distro = config.control_plane.distro
    choices: dict[Distro, bool] = {"k8s": distro.k8s.enabled, "k3s": distro.k3s.enabled, "k0s": distro.k0s.enabled}
    chosen = [name for name, enabled in choices.items() if enabled]
    if len(chosen) > 1:
        raise CompileError("controlPlane.distro", f"{' and '.join(chosen)} are enabled; enable one of them")
    return chosen[0] if chosen else "k8s"


def _datastore(config: Config) -> Datastore:
    store = config.control_plane.backing_store
    choices = {
        "etcd.embedded": store.etcd.embedded.enabled,
        "etcd.deploy": store.etcd.deploy.enabled,
        "etcd.external": store.etcd.external.enabled,
        "database.embedded": store.database.embedded.enabled,
        "database.external": store.database.external.enabled,
    }
    chosen = [name for name, enabled in choices.items() if enabled]
    if len(chosen) > 1:
        raise CompileError("controlPlane.backingStore", f"{' and '.join(chosen)} are enabled; enable one of them")
    kind = chosen[0] if chosen else "database.embedded"
    path = f"controlPlane.backingStore.{kind}"
    registry = config.control_plane.advanced.default_image_registry
    if kind == "etcd.external":
        return external_etcd.datastore(store.etcd.external)
    if kind == "etcd.embedded":
        image = etcd_image(store.etcd.deploy.stateful_set.image, registry)
        return embedded_etcd.datastore(store.etcd.embedded, image=image, replicas=_wanted_replicas(config))
    if kind == "etcd.deploy":
        return deployed_etcd.datastore(store.etcd.deploy)
    if kind == "database.external" and not store.database.external.data_source:
        raise CompileError(f"{path}.dataSource", "is empty; say where the database is, mysql://… or postgres://…")
    database = store.database.external if kind == "database.external" else store.database.embedded
    image = with_default_registry(kine.IMAGE, registry)
    return kine.datastore(database, image=image, config_path=path)


def _replicas(config: Config, datastore: Datastore) -> int:
    replicas = _wanted_replicas(config)
    if replicas > 1 and not datastore.shared:
        raise CompileError(
            "controlPlane.statefulSet.highAvailability.replicas",
            f"{replicas} replicas cannot share {datastore.config_path}; "
            "set replicas to 1 or choose etcd, MySQL or PostgreSQL",
        )
    scheduling = config.control_plane.stateful_set.scheduling
    if replicas > 1 and datastore.needs_names and scheduling.pod_management_policy != "Parallel":
        raise CompileError(
            "controlPlane.statefulSet.scheduling.podManagementPolicy",
            "members of etcd need each other to start, so OrderedReady would wait for ever; set it to Parallel",
        )
    return replicas


def _wanted_replicas(config: Config) -> int:
    return config.control_plane.stateful_set.high_availability.replicas


def _control_plane(config: Config, distro: Distro, datastore: Datastore, replicas: int) -> ControlPlane:
    plane = config.control_plane
    request = Request(
        cluster_domain=config.networking.advanced.cluster_domain,
        default_registry=plane.advanced.default_image_registry,
        replicas=replicas,
        virtual_scheduler=schedules_inside(config),
        extra_sans=extra_sans(config),
        datastore=_store(config, datastore),
        resources=container_resources(plane.stateful_set.resources),
    )
    if distro == "k3s":
        return k3s.control_plane(plane.distro.k3s, request)
    if distro == "k0s":
        return k0s.control_plane(plane.distro.k0s, request, given=_k0s_config(plane.distro.k0s.config))
    return k8s.control_plane(plane.distro.k8s, request)


def _k0s_config(text: str) -> Json | None:
    """The user's configuration file of k0s, which is one object."""
    objects = manifests.read(text, "controlPlane.distro.k0s.config")
    if len(objects) > 1:
        raise CompileError("controlPlane.distro.k0s.config", f"holds {len(objects)} documents; k0s reads one")
    return objects[0] if objects else None


def extra_sans(config: Config) -> tuple[str, ...]:
    """Names under which clients reach the API server besides those of its Service."""
    plane = config.control_plane
    exposed = [item.host for item in (plane.ingress, plane.tls_route) if item.enabled]
    return tuple(dict.fromkeys((*plane.proxy.extra_sans, *exposed)))


def _store(config: Config, datastore: Datastore) -> Store:
    reached = datastore.connection
    return Store(
        api_server_args=datastore.api_server_args,
        url=reached.url,
        secret_key=reached.secret_key,
        ca_file=reached.ca_file,
        cert_file=reached.cert_file,
        key_file=reached.key_file,
        mounts=(*datastore.api_server_mounts, *(user_mounts(config) if datastore.reads_user_files else ())),
    )


def _suited(datastore: Datastore, distro: Distro) -> Datastore:
    """Without the translator where the distro speaks to databases by itself."""
    if distro == "k8s" or not datastore.translated:
        return datastore
    return replace(datastore, sidecar=None, volumes=(), api_server_mounts=())


def _claims(config: Config, datastore: Datastore) -> bool:
    persistence = config.control_plane.stateful_set.persistence
    wanted = persistence.volume_claim.enabled
    return bool(persistence.volume_claim_templates) or (datastore.keeps_data if wanted == "auto" else wanted)


def _mount(mount: ModelVolumeMount) -> VolumeMount:
    return VolumeMount(
        name=mount.name or "",
        mount_path=mount.mount_path or "",
        read_only=bool(mount.read_only),
        sub_path=mount.sub_path or "",
        sub_path_expr=mount.sub_path_expr or "",
        mount_propagation=mount.mount_propagation or "",
    )
