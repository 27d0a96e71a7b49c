"""Typed shapes of the Kubernetes objects we emit, so that a misspelt field fails in mypy and not in a crash loop.

Only fields that the compiler sets are declared. What a user passes through untouched (affinity, tolerations, volumes)
stays plain JSON. Field names and meaning: Kubernetes API reference, v1.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Json = dict[str, Any]


class KubeStruct(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, rename="camel"
):
    """Base: immutable, strict, camelCase, unset fields left out."""


class Metadata(KubeStruct, frozen=True, kw_only=True):
    """ObjectMeta as far as a chart may set it."""

    name: str
    namespace: str = ""
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class PodMetadata(KubeStruct, frozen=True, kw_only=True):
    """ObjectMeta of a pod template."""

    labels: dict[str, str]
    annotations: dict[str, str] = {}


class ContainerPort(KubeStruct, frozen=True, kw_only=True):
    """A named port of a container."""

    name: str
    container_port: int
    protocol: Literal["TCP", "UDP"] = "TCP"


class VolumeMount(KubeStruct, frozen=True, kw_only=True):
    """A mount; ``read_only`` is written out only when true."""

    name: str
    mount_path: str
    read_only: bool = False
    sub_path: str = ""
    sub_path_expr: str = ""
    mount_propagation: str = ""


class HttpGet(KubeStruct, frozen=True, kw_only=True):
    """HTTP probe; the kubelet does not verify certificates of HTTPS probes."""

    path: str
    port: int
    scheme: Literal["HTTP", "HTTPS"] = "HTTP"


class Probe(KubeStruct, frozen=True, kw_only=True):
    """A probe by HTTP; times in seconds."""

    http_get: HttpGet
    period_seconds: int
    failure_threshold: int
    timeout_seconds: int = 1
    initial_delay_seconds: int = 0


class Resources(KubeStruct, frozen=True, kw_only=True):
    """Requests and limits, as quantities or numbers."""

    requests: dict[str, str | int | float] = {}
    limits: dict[str, str | int | float] = {}


class Container(KubeStruct, frozen=True, kw_only=True):
    """A container, or an init container; with ``restart_policy`` Always a native sidecar (KEP-753)."""

    name: str
    image: str
    image_pull_policy: str = ""
    restart_policy: Literal["", "Always"] = ""
    command: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    working_dir: str = ""
    env: tuple[Json, ...] = ()
    ports: tuple[ContainerPort, ...] = ()
    startup_probe: Probe | None = None
    readiness_probe: Probe | None = None
    liveness_probe: Probe | None = None
    resources: Resources = Resources()
    security_context: Json = {}
    volume_mounts: tuple[VolumeMount, ...] = ()


class PodSpec(KubeStruct, frozen=True, kw_only=True):
    """A pod; booleans whose default in Kubernetes is true are always written."""

    service_account_name: str
    automount_service_account_token: bool | None = None
    enable_service_links: bool | None = None
    termination_grace_period_seconds: int
    priority_class_name: str = ""
    node_selector: dict[str, str] = {}
    affinity: Json = {}
    tolerations: tuple[Json, ...] = ()
    topology_spread_constraints: tuple[Json, ...] = ()
    dns_policy: str = ""
    dns_config: Json = {}
    security_context: Json = {}
    runtime_class_name: str = ""
    host_aliases: tuple[Json, ...] = ()
    init_containers: tuple[Json, ...] = ()
    """Ours and the user's, so plain; ours are built as ``Container``."""
    containers: tuple[Json, ...]
    volumes: tuple[Json, ...] = ()


class PodTemplate(KubeStruct, frozen=True, kw_only=True):
    """The template of a workload."""

    metadata: PodMetadata
    spec: PodSpec


class LabelSelector(KubeStruct, frozen=True, kw_only=True):
    """A selector by equality."""

    match_labels: dict[str, str]


class ClaimRetention(KubeStruct, frozen=True, kw_only=True):
    """What becomes of claims (StatefulSetAutoDeletePVC)."""

    when_deleted: Literal["Retain", "Delete"]
    when_scaled: Literal["Retain", "Delete"]


class StatefulSetSpec(KubeStruct, frozen=True, kw_only=True):
    """Spec of a StatefulSet."""

    replicas: int
    service_name: str
    pod_management_policy: str
    selector: LabelSelector
    persistent_volume_claim_retention_policy: ClaimRetention | None = None
    template: PodTemplate
    volume_claim_templates: tuple[Json, ...] = ()


class DeploymentSpec(KubeStruct, frozen=True, kw_only=True):
    """Spec of a Deployment."""

    replicas: int
    strategy: Json
    selector: LabelSelector
    template: PodTemplate


class StatefulSet(KubeStruct, frozen=True, kw_only=True):
    """A workload with stable names and storage."""

    api_version: Literal["apps/v1"]
    kind: Literal["StatefulSet"]
    metadata: Metadata
    spec: StatefulSetSpec


class Deployment(KubeStruct, frozen=True, kw_only=True):
    """A workload without own storage."""

    api_version: Literal["apps/v1"]
    kind: Literal["Deployment"]
    metadata: Metadata
    spec: DeploymentSpec


class Service(KubeStruct, frozen=True, kw_only=True):
    """A Service; the spec is plain because users extend it freely."""

    api_version: Literal["v1"]
    kind: Literal["Service"]
    metadata: Metadata
    spec: Json


class Secret(KubeStruct, frozen=True, kw_only=True):
    """A Secret with readable content."""

    api_version: Literal["v1"]
    kind: Literal["Secret"]
    metadata: Metadata
    type: Literal["Opaque"]
    string_data: dict[str, str]


class ServiceAccount(KubeStruct, frozen=True, kw_only=True):
    """A ServiceAccount that never hands its token to a pod by itself."""

    api_version: Literal["v1"]
    kind: Literal["ServiceAccount"]
    metadata: Metadata
    automount_service_account_token: bool | None = None
    image_pull_secrets: tuple[dict[str, str], ...] = ()


class PolicyRule(KubeStruct, frozen=True, kw_only=True):
    """A rule of a Role or ClusterRole."""

    api_groups: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    resource_names: tuple[str, ...] = ()
    non_resource_urls: tuple[str, ...] = msgspec.field(default=(), name="nonResourceURLs")
    verbs: tuple[str, ...]


class Role(KubeStruct, frozen=True, kw_only=True):
    """A Role or ClusterRole."""

    api_version: Literal["rbac.authorization.k8s.io/v1"]
    kind: Literal["Role", "ClusterRole"]
    metadata: Metadata
    rules: tuple[PolicyRule, ...]


class RoleBinding(KubeStruct, frozen=True, kw_only=True):
    """A RoleBinding or ClusterRoleBinding."""

    api_version: Literal["rbac.authorization.k8s.io/v1"]
    kind: Literal["RoleBinding", "ClusterRoleBinding"]
    metadata: Metadata
    role_ref: dict[str, str]
    subjects: tuple[dict[str, str], ...]
