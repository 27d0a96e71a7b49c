"""The objects of a deployed etcd: a StatefulSet of members, a Service for clients, a headless one for their names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec import to_builtins
from msgspec.structs import replace

from vcluster_config import pod_parts
from vcluster_config.arguments import merged
from vcluster_config.compile import volumes
from vcluster_config.compile.claims import templates
from vcluster_config.compile.metadata import metadata
from vcluster_config.compile.resolve import container_resources, etcd_image, mounts
from vcluster_config.compile.spreading import affinity
from vcluster_config.compile.syncer_containers import bootstrap_etcd
from vcluster_config.datastore import etcd_args, etcd_container
from vcluster_config.objects import (
    ClaimRetention,
    Container,
    Json,
    LabelSelector,
    Metadata,
    PodMetadata,
    PodSpec,
    PodTemplate,
    StatefulSet,
    StatefulSetSpec,
)
from vcluster_config.placeholders import NAMESPACE, RELEASE, SERVICE_ACCOUNT
from vcluster_contract import layout, names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model.control_plane.backing_store import DeployedEtcd

_NAME: Final = names.etcd(RELEASE)
_HEADLESS: Final = names.etcd_headless(RELEASE)
_SELECTOR: Final = {"app": "vcluster-etcd", "release": RELEASE}
_GRACE_SECONDS: Final = 30
_AUTHORITY_VOLUME: Final[Json] = {
    "name": "authority",
    "secret": {
        "secretName": names.certs_secret(RELEASE),
        "items": [
            {"key": f"{layout.ETCD_AUTHORITY}.{ending}", "path": f"{layout.ETCD_AUTHORITY}.{ending}"}
            for ending in ("crt", "key")
        ],
    },
}


def objects(resolved: Resolved) -> Iterator[Json]:
    """Those that the chart deploys; none for another datastore."""
    etcd = resolved.config.control_plane.backing_store.etcd.deploy
    if resolved.datastore.etcd != "deployed":
        return
    if etcd.stateful_set.enabled:
        yield to_builtins(_stateful_set(resolved, etcd))
    if etcd.service.enabled:
        yield _service(resolved, _NAME, etcd.service.annotations, {"type": "ClusterIP"})
    headless = {"clusterIP": "None", "publishNotReadyAddresses": True}
    yield _service(resolved, _HEADLESS, etcd.headless_service.annotations, headless)


def _stateful_set(resolved: Resolved, etcd: DeployedEtcd) -> StatefulSet:
    section = etcd.stateful_set
    claim = section.persistence.volume_claim
    claims = templates(section.persistence.volume_claim_templates, claim) if _has_claims(etcd) else ()
    pod = _pod(resolved, etcd)
    volumes.check(pod, claims, section.persistence, "controlPlane.backingStore.etcd.deploy.statefulSet.persistence")
    return StatefulSet(
        api_version="apps/v1",
        kind="StatefulSet",
        metadata=_metadata(resolved, _NAME, section.labels, section.annotations),
        spec=StatefulSetSpec(
            replicas=section.high_availability.replicas,
            service_name=_HEADLESS,
            pod_management_policy=section.scheduling.pod_management_policy,
            selector=LabelSelector(match_labels=_SELECTOR),
            persistent_volume_claim_retention_policy=ClaimRetention(
                when_deleted=claim.retention_policy, when_scaled="Retain"
            )
            if claims
            else None,
            template=PodTemplate(
                metadata=PodMetadata(
                    labels={**section.pods.labels, **_SELECTOR}, annotations=dict(section.pods.annotations)
                ),
                spec=pod,
            ),
            volume_claim_templates=claims,
        ),
    )


def _has_claims(etcd: DeployedEtcd) -> bool:
    persistence = etcd.stateful_set.persistence
    return persistence.volume_claim.enabled or bool(persistence.volume_claim_templates)


def _pod(resolved: Resolved, etcd: DeployedEtcd) -> PodSpec:
    section = etcd.stateful_set
    scheduling = section.scheduling
    data: tuple[Json, ...] = () if _has_claims(etcd) else ({"name": "data", "emptyDir": {}},)
    return PodSpec(
        service_account_name=resolved.config.control_plane.advanced.service_account.name or SERVICE_ACCOUNT,
        automount_service_account_token=False,
        enable_service_links=section.enable_service_links,
        termination_grace_period_seconds=_GRACE_SECONDS,
        priority_class_name=scheduling.priority_class_name,
        node_selector=dict(scheduling.node_selector),
        affinity=affinity(scheduling.affinity, section.high_availability.replicas, _SELECTOR),
        tolerations=tuple(scheduling.tolerations),
        topology_spread_constraints=tuple(scheduling.topology_spread_constraints),
        security_context=pod_parts.secured(pod_parts.POD_SECURITY, section.security.pod_security_context),
        init_containers=(_secured(etcd, bootstrap_etcd(resolved)),),
        containers=(_secured(etcd, _member(resolved, etcd)),),
        volumes=(pod_parts.RUNTIME_VOLUME, _AUTHORITY_VOLUME, *data, *section.persistence.add_volumes),
    )


def _member(resolved: Resolved, etcd: DeployedEtcd) -> Container:
    section = etcd.stateful_set
    replicas = range(section.high_availability.replicas)
    peers = tuple(f"{_NAME}-{ordinal}.{_HEADLESS}.{NAMESPACE}.svc" for ordinal in replicas)
    advertise = f"$({layout.POD_NAME_ENV}).{_HEADLESS}.{NAMESPACE}.svc"
    args = etcd_args.member(peers, listen="0.0.0.0", advertise=advertise, token=f"{_NAME}-{NAMESPACE}")  # noqa: S104
    member = etcd_container.container(
        etcd_image(section.image, resolved.config.control_plane.advanced.default_image_registry),
        merged(args, section.extra_args),
        resources=container_resources(section.resources),
        image_pull_policy=section.image_pull_policy,
        env=tuple(section.env),
    )
    return replace(member, volume_mounts=(*member.volume_mounts, *mounts(section.persistence.add_volume_mounts)))


def _secured(etcd: DeployedEtcd, container: Container) -> Json:
    context = pod_parts.secured(container.security_context, etcd.stateful_set.security.container_security_context)
    plain: Json = to_builtins(replace(container, security_context=context))
    return plain


def _service(resolved: Resolved, name: str, annotations: Mapping[str, str], spec: dict[str, Any]) -> Json:
    ports = [
        {"name": "etcd", "port": layout.ETCD_CLIENT_PORT, "targetPort": layout.ETCD_CLIENT_PORT, "protocol": "TCP"},
        {"name": "peer", "port": layout.ETCD_PEER_PORT, "targetPort": layout.ETCD_PEER_PORT, "protocol": "TCP"},
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": to_builtins(_metadata(resolved, name, {}, annotations)),
        "spec": {**spec, "ports": ports, "selector": _SELECTOR},
    }


def _metadata(resolved: Resolved, name: str, labels: Mapping[str, str], annotations: Mapping[str, str]) -> Metadata:
    shared = resolved.config.control_plane.advanced.global_metadata.annotations
    found = metadata(name, labels=labels, annotations=annotations, shared_annotations=shared)
    return replace(found, labels={**found.labels, **_SELECTOR})
