"""The plan: everything the chart places, decided. Its structs are the values of the chart and generate their schema."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from vcluster_config.objects import (
    Deployment,
    Json,
    KubeStruct,
    Role,
    RoleBinding,
    Secret,
    Service,
    ServiceAccount,
    StatefulSet,
)

VALUES_VERSION: Final = 1


class Plan(KubeStruct, frozen=True, kw_only=True):
    """One field for each object the chart knows; a field that is absent renders nothing."""

    compiled_values_version: Literal[1] = msgspec.field(name="compiledValuesVersion")
    """Version of this shape; its presence tells compiled values from a raw vcluster.yaml."""
    service_account: ServiceAccount | None = None
    workload_service_account: ServiceAccount | None = None
    role: Role | None = None
    role_binding: RoleBinding | None = None
    cluster_role: Role | None = None
    cluster_role_binding: RoleBinding | None = None
    config_secret: Secret
    token_secret: Secret | None = None
    datastore_secret: Secret | None = None
    service: Service | None = None
    headless_service: Service | None = None
    stateful_set: StatefulSet | None = None
    deployment: Deployment | None = None
    notes: str
    """What Helm prints after an installation."""
    extra_objects: tuple[Json, ...] = ()
    """Objects of optional features and of the user, placed as they are."""
