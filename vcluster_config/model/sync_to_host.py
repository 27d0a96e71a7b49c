"""``sync.toHost``: kinds that flow from the virtual cluster to the host."""

from typing import Annotated, Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.shared import NameMappings, OnPatchSwitch, Patch, PatchSwitch, Resources, Switch
from vcluster_config.model.types import (
    IMAGE,
    TOLERATION,
    AutoBool,
    CrdName,
    Labels,
    OptionalDnsName,
    Quantities,
    StringMap,
)


class RewriteHostsResources(Resources):
    """Resources of the init container that writes /etc/hosts."""

    limits: Quantities = {"cpu": "30m", "memory": "64Mi"}
    """The most the init container may use."""
    requests: Quantities = {"cpu": "30m", "memory": "64Mi"}
    """What the scheduler sets aside for the init container."""


class RewriteHostsInitContainer(Section):
    """The init container that writes /etc/hosts."""

    image: Annotated[str, IMAGE] = "library/alpine:3.20"
    """Its image; needs a shell and sed."""
    resources: RewriteHostsResources = section()
    """Its requests and limits."""


class RewriteHosts(Section):
    """Gives pods with a subdomain their own full name in /etc/hosts."""

    enabled: bool = True
    """Add the init container to pods that need it, such as those of a StatefulSet."""
    init_container: RewriteHostsInitContainer = section()
    """The init container that does it."""


class HybridScheduling(Switch):
    """Schedulers on both sides."""

    host_schedulers: list[str] = []
    """Names of host schedulers that pods may ask for."""


class SyncPods(OnPatchSwitch):
    """How virtual pods become host pods."""

    translate_image: StringMap = {}
    """Image names to replace, virtual to host."""
    enforce_tolerations: list[Annotated[str, TOLERATION]] = []
    """Tolerations added to each host pod: ``key=value:Effect``, ``key:Effect``, ``key`` or ``*``."""
    use_secrets_for_sa_tokens: bool = False
    """Keep ServiceAccount tokens in host Secrets rather than in pod annotations."""
    runtime_class_name: OptionalDnsName = ""
    """RuntimeClass set on each host pod."""
    priority_class_name: OptionalDnsName = ""
    """PriorityClass set on host pods that have none."""
    rewrite_hosts: RewriteHosts = section()
    """Full host names for pods with a subdomain."""
    hybrid_scheduling: HybridScheduling = section()
    """Let pods choose between the virtual scheduler and schedulers of the host."""


class SyncAllResource(OnPatchSwitch):
    """A kind of which only the objects that pods use are copied, unless all are asked for."""

    all: bool = False
    """Copy every object, not only those in use."""


class SyncToHostCustomResource(Section):
    """A custom resource that is copied to the host."""

    enabled: bool
    """Copy this custom resource."""
    scope: Literal["", "Namespaced"] = ""
    """Scope of the resource; only namespaced ones can be copied to the host."""
    patches: list[Patch] = []
    """Rewrites applied to each object."""


class SyncNamespaces(PatchSwitch):
    """Virtual namespaces as namespaces of the host."""

    mappings: NameMappings = section()
    """Host namespaces for virtual namespaces, by name or pattern."""
    mappings_only: bool = False
    """Refuse virtual namespaces without a mapping."""
    extra_labels: Labels = {}
    """Labels added to each host namespace."""


class ReferenceGrants(Section):
    """ReferenceGrants, which routes across namespaces need."""

    enabled: AutoBool = "auto"
    """Copy them; auto follows the routes."""
    patches: list[Patch] = []
    """Rewrites applied to each object."""


class SyncGatewayApi(PatchSwitch):
    """Gateway API objects."""

    gateways: PatchSwitch = section()
    """Gateways."""
    http_routes: PatchSwitch = section()
    """HTTPRoutes."""
    tls_routes: PatchSwitch = section()
    """TLSRoutes."""
    backend_tls_policies: PatchSwitch = section()
    """BackendTLSPolicies."""
    reference_grants: ReferenceGrants = section()
    """ReferenceGrants."""


class SyncToHost(Section):
    """Kinds that flow from the virtual cluster to the host."""

    pods: SyncPods = section()
    """Pods."""
    secrets: SyncAllResource = section()
    """Secrets."""
    config_maps: SyncAllResource = section()
    """ConfigMaps."""
    ingresses: PatchSwitch = section()
    """Ingresses."""
    services: OnPatchSwitch = section()
    """Services."""
    endpoints: OnPatchSwitch = section()
    """Endpoints of Services without a selector."""
    endpoint_slices: OnPatchSwitch = section()
    """EndpointSlices of Services without a selector."""
    network_policies: PatchSwitch = section()
    """NetworkPolicies."""
    persistent_volume_claims: OnPatchSwitch = section()
    """PersistentVolumeClaims."""
    persistent_volumes: PatchSwitch = section()
    """PersistentVolumes."""
    volume_snapshots: PatchSwitch = section()
    """VolumeSnapshots; goes together with volumeSnapshotContents."""
    volume_snapshot_contents: PatchSwitch = section()
    """VolumeSnapshotContents; goes together with volumeSnapshots."""
    storage_classes: PatchSwitch = section()
    """StorageClasses."""
    service_accounts: PatchSwitch = section()
    """ServiceAccounts."""
    pod_disruption_budgets: PatchSwitch = section()
    """PodDisruptionBudgets."""
    priority_classes: PatchSwitch = section()
    """PriorityClasses."""
    custom_resources: dict[CrdName, SyncToHostCustomResource] = {}
    """Custom resources by ``plural.group``; the definition is copied from the host."""
    namespaces: SyncNamespaces = section()
    """Namespaces, so that each virtual namespace has a host namespace of its own."""
    gateway_api: SyncGatewayApi = section()
    """Gateway API objects."""
    resource_claims: PatchSwitch = section()
    """ResourceClaims of dynamic resource allocation."""
    resource_claim_templates: PatchSwitch = section()
    """ResourceClaimTemplates of dynamic resource allocation."""
