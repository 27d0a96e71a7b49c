"""The workload around the pod: a StatefulSet when it keeps data in claims, otherwise a Deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.compile import volumes
from vcluster_config.compile.claims import templates
from vcluster_config.compile.metadata import SELECTOR, metadata
from vcluster_config.compile.pod import pod_template
from vcluster_config.objects import (
    ClaimRetention,
    Deployment,
    DeploymentSpec,
    Json,
    LabelSelector,
    PodTemplate,
    StatefulSet,
    StatefulSetSpec,
)
from vcluster_config.placeholders import HEADLESS_SERVICE, RELEASE

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.objects import Metadata
    from vcluster_contract.config import SyncerConfig


def stateful_set(resolved: Resolved, syncer: SyncerConfig) -> StatefulSet | None:
    """The workload with storage of its own; None when it needs none."""
    if not resolved.stateful:
        return None
    workload = resolved.config.control_plane.stateful_set
    return StatefulSet(
        api_version="apps/v1",
        kind="StatefulSet",
        metadata=_metadata(resolved),
        spec=StatefulSetSpec(
            replicas=resolved.replicas,
            service_name=HEADLESS_SERVICE,
            pod_management_policy=workload.scheduling.pod_management_policy,
            selector=LabelSelector(match_labels=SELECTOR),
            persistent_volume_claim_retention_policy=_retention(resolved),
            template=_template(resolved, syncer),
            volume_claim_templates=_claims(resolved),
        ),
    )


def deployment(resolved: Resolved, syncer: SyncerConfig) -> Deployment | None:
    """The workload without storage; None when there is a StatefulSet."""
    if resolved.stateful:
        return None
    return Deployment(
        api_version="apps/v1",
        kind="Deployment",
        metadata=_metadata(resolved),
        spec=DeploymentSpec(
            replicas=resolved.replicas,
            strategy=_strategy(resolved),
            selector=LabelSelector(match_labels=SELECTOR),
            template=_template(resolved, syncer),
        ),
    )


def _metadata(resolved: Resolved) -> Metadata:
    workload = resolved.config.control_plane.stateful_set
    shared = resolved.config.control_plane.advanced.global_metadata.annotations
    return metadata(RELEASE, labels=workload.labels, annotations=workload.annotations, shared_annotations=shared)


def _template(resolved: Resolved, syncer: SyncerConfig) -> PodTemplate:
    template = pod_template(resolved, syncer)
    workload = resolved.config.control_plane.stateful_set
    path = "controlPlane.statefulSet"
    added = {
        f"{path}.initContainers": workload.init_containers,
        f"{path}.sidecarContainers": workload.sidecar_containers,
    }
    volumes.check(template.spec, _claims(resolved), workload.persistence, f"{path}.persistence", added)
    return template


def _strategy(resolved: Resolved) -> Json:
    """Two pods with a store each would be two clusters behind one Service: then one ends before the next starts."""
    if not resolved.datastore.shared:
        return {"type": "Recreate"}
    unavailable = 0 if resolved.replicas == 1 else 1
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": unavailable}}


def _retention(resolved: Resolved) -> ClaimRetention | None:
    if not resolved.claims:
        return None
    when_deleted = resolved.config.control_plane.stateful_set.persistence.volume_claim.retention_policy
    return ClaimRetention(when_deleted=when_deleted, when_scaled="Retain")


def _claims(resolved: Resolved) -> tuple[Json, ...]:
    persistence = resolved.config.control_plane.stateful_set.persistence
    return templates(persistence.volume_claim_templates, persistence.volume_claim) if resolved.claims else ()
