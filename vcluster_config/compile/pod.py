"""The control-plane pod: bootstrap, datastore, the distro's containers and the syncer, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import to_builtins
from msgspec.structs import replace

from vcluster_config import pod_parts
from vcluster_config.compile import restarts
from vcluster_config.compile.metadata import SELECTOR
from vcluster_config.compile.probes import adjusted
from vcluster_config.compile.resolve import user_mounts
from vcluster_config.compile.spreading import affinity
from vcluster_config.compile.syncer_containers import bootstrap, syncer
from vcluster_config.objects import Container, Json, PodMetadata, PodSpec, PodTemplate
from vcluster_config.placeholders import SERVICE_ACCOUNT

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model.base import Section
    from vcluster_contract.config import SyncerConfig

_GRACE_SECONDS: Final = 30
_DATA: Final = "data"


def pod_template(resolved: Resolved, syncer_config: SyncerConfig) -> PodTemplate:
    """Template of the control-plane pod; the same bytes unless something in the pod itself changes."""
    pods = resolved.config.control_plane.stateful_set.pods
    return PodTemplate(
        metadata=PodMetadata(
            labels={**pods.labels, **SELECTOR},
            annotations={**pods.annotations, **restarts.pod_annotations(syncer_config, resolved.datastore)},
        ),
        spec=_spec(resolved),
    )


def _spec(resolved: Resolved) -> PodSpec:
    workload = resolved.config.control_plane.stateful_set
    scheduling = workload.scheduling
    return PodSpec(
        service_account_name=resolved.config.control_plane.advanced.service_account.name or SERVICE_ACCOUNT,
        automount_service_account_token=False,
        enable_service_links=workload.enable_service_links,
        termination_grace_period_seconds=_GRACE_SECONDS,
        priority_class_name=scheduling.priority_class_name,
        node_selector=dict(scheduling.node_selector),
        affinity=affinity(scheduling.affinity, resolved.replicas, SELECTOR),
        tolerations=tuple(scheduling.tolerations),
        topology_spread_constraints=tuple(scheduling.topology_spread_constraints),
        dns_policy=workload.dns_policy,
        dns_config=_plain(workload.dns_config) if workload.dns_config else {},
        runtime_class_name=workload.runtime_class_name,
        host_aliases=tuple(_plain(item) for item in workload.host_aliases),
        security_context=pod_parts.secured(pod_parts.POD_SECURITY, workload.security.pod_security_context),
        init_containers=(*workload.init_containers, *(_finished(resolved, item) for item in _init(resolved))),
        containers=(*(_finished(resolved, item) for item in _main(resolved)), *workload.sidecar_containers),
        volumes=_volumes(resolved),
    )


def _init(resolved: Resolved) -> tuple[Container, ...]:
    """The datastore starts before the API server and ends after it; beside ``bootstrap`` unless it needs its files."""
    first, sidecar = bootstrap(resolved), resolved.datastore.sidecar
    if sidecar is None:
        return (first,)
    if resolved.datastore.reads_user_files:
        sidecar = replace(sidecar, volume_mounts=(*sidecar.volume_mounts, *user_mounts(resolved.config)))
    return (first, sidecar) if resolved.datastore.needs_bootstrap else (sidecar, first)


def _main(resolved: Resolved) -> tuple[Container, ...]:
    return (*resolved.control_plane.containers, syncer(resolved))


def _finished(resolved: Resolved, container: Container) -> Json:
    """One of our containers with the probes and the security context of the user over ours."""
    workload = resolved.config.control_plane.stateful_set
    context = pod_parts.secured(container.security_context, workload.security.container_security_context)
    finished: Json = to_builtins(replace(adjusted(container, workload.probes), security_context=context))
    return finished


def _plain(section: Section) -> Json:
    return section.model_dump(by_alias=True, exclude_defaults=True)


def _volumes(resolved: Resolved) -> tuple[Json, ...]:
    persistence = resolved.config.control_plane.stateful_set.persistence
    return (
        pod_parts.RUNTIME_VOLUME,
        pod_parts.SOCKETS_VOLUME,
        pod_parts.CONFIG_VOLUME,
        pod_parts.HOST_ACCESS_VOLUME,
        *resolved.datastore.volumes,
        *resolved.control_plane.volumes,
        *_data_volume(resolved),
        *persistence.add_volumes,
    )


def _data_volume(resolved: Resolved) -> tuple[Json, ...]:
    """Where the datastore writes when there is no claim of that name."""
    if resolved.claims or not (resolved.datastore.keeps_data or resolved.control_plane.needs_data):
        return ()
    given = tuple(resolved.config.control_plane.stateful_set.persistence.data_volume)
    return given or ({"name": _DATA, "emptyDir": {}},)
