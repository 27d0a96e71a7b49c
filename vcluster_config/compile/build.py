"""From a configuration to the plan: resolve once, then build each object from the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.compile import (
    accounts,
    elsewhere,
    etcd,
    exposure,
    limits,
    manifests,
    network_policy,
    rbac,
    services,
    workload,
)
from vcluster_config.compile.notes import notes
from vcluster_config.compile.plan import VALUES_VERSION, Plan
from vcluster_config.compile.resolve import resolve
from vcluster_config.compile.secret import config_secret, datastore_secret, token_secret
from vcluster_config.compile.syncer import syncer_config

if TYPE_CHECKING:
    from vcluster_config.compile.resolve import Resolved
    from vcluster_config.model import Config
    from vcluster_config.objects import Json


def build(config: Config) -> Plan:
    """Decide everything.

    Raises:
        CompileError: settings that are each valid exclude each other.
    """
    resolved = resolve(config)
    syncer = syncer_config(resolved)
    cluster_role = rbac.cluster_role(resolved, syncer)
    return Plan(
        compiled_values_version=VALUES_VERSION,
        service_account=accounts.control_plane_account(resolved),
        workload_service_account=accounts.workload_account(resolved),
        role=rbac.role(resolved, syncer),
        role_binding=rbac.role_binding(resolved),
        cluster_role=cluster_role,
        cluster_role_binding=rbac.cluster_role_binding(resolved) if cluster_role else None,
        config_secret=config_secret(resolved, syncer),
        token_secret=token_secret(resolved),
        datastore_secret=datastore_secret(resolved),
        service=services.service(resolved),
        headless_service=services.headless_service(resolved),
        stateful_set=workload.stateful_set(resolved, syncer),
        deployment=workload.deployment(resolved, syncer),
        notes=notes(resolved),
        extra_objects=_extra_objects(resolved),
    )


def _extra_objects(resolved: Resolved) -> tuple[Json, ...]:
    """Objects of optional features, then those of the user."""
    host = resolved.config.experimental.deploy.host
    return (
        *etcd.objects(resolved),
        *elsewhere.objects(resolved),
        *exposure.objects(resolved),
        *limits.objects(resolved),
        *network_policy.objects(resolved),
        *manifests.read(host.manifests, "experimental.deploy.host.manifests"),
    )
