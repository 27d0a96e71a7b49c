"""``sync.fromHost``: kinds that flow from the host into the virtual cluster, read-only there."""

from typing import Annotated, Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.shared import (
    NameMappings,
    OnPatchSwitch,
    Patch,
    PatchSwitch,
    StandardLabelSelector,
)
from vcluster_config.model.types import HOST_NAME, AutoBool, CrdName, Labels, OptionalLabel


class NodeSelector(Section):
    """Which nodes of the host appear inside."""

    all: bool = False
    """All nodes, not only those that run our pods."""
    labels: Labels = {}
    """Only nodes with these labels; host pods are bound to them too."""


class SyncNodes(PatchSwitch):
    """Real nodes of the host instead of one made-up node for each node in use."""

    sync_back_changes: bool = False
    """Write labels and taints set inside back to the host's node."""
    clear_image_status: bool = False
    """Hide the list of images on the node."""
    selector: NodeSelector = section()
    """Which nodes."""


class AutoPatchSwitch(Section):
    """A kind that is copied when something else needs it."""

    enabled: AutoBool = "auto"
    """Copy it; auto follows the virtual scheduler and PersistentVolumeClaims."""
    patches: list[Patch] = []
    """Rewrites applied to each object."""


class SelectedPatchSwitch(PatchSwitch):
    """A kind of which a part can be chosen by labels."""

    selector: StandardLabelSelector = section()
    """Which objects; empty means all."""


class SyncStorageClasses(AutoPatchSwitch):
    """StorageClasses of the host."""

    selector: StandardLabelSelector = section()
    """Which objects; empty means all."""


class MappedPatchSwitch(PatchSwitch):
    """A kind that is imported from other namespaces of the host."""

    mappings: NameMappings = section()
    """Which objects, and where they appear."""


class SyncFromHostCustomResource(Section):
    """A custom resource that is imported from the host."""

    enabled: bool
    """Import this custom resource."""
    scope: Literal["Cluster", "Namespaced"]
    """Scope of the resource."""
    patches: list[Patch] = []
    """Rewrites applied to each object."""
    mappings: NameMappings = section()
    """Needed for namespaced resources, refused for others."""


class VirtualNamespacePolicy(Section):
    """Virtual namespaces whose routes may attach to an imported Gateway."""

    from_: Literal["", "All", "Same", "Selector", "None"] = ""
    """Which namespaces."""
    selector: StandardLabelSelector = section()
    """Labels of the namespaces, when from is Selector."""


class AllowedRoutesOverride(Section):
    """An exception for one imported Gateway."""

    host_namespace: OptionalLabel = ""
    """Namespace of the Gateway on the host."""
    name: str = ""
    """Name of the Gateway on the host."""
    virtual_namespace_policy: VirtualNamespacePolicy = section()
    """Namespaces whose routes may attach."""
    allowed_hostnames: list[Annotated[str, HOST_NAME]] = []
    """Host names that routes may claim."""


class AllowedRoutes(Section):
    """Who may attach routes to imported Gateways."""

    default_virtual_namespace_policy: VirtualNamespacePolicy = section()
    """Rule for Gateways without an exception."""
    overrides: list[AllowedRoutesOverride] = []
    """Exceptions for single Gateways."""


class GatewayStatus(Section):
    """What the status of an imported Gateway shows."""

    expose_addresses: bool = False
    """Show its addresses."""


class GatewayMetadata(Section):
    """What the metadata of an imported Gateway shows."""

    expose_source_gateway: bool = False
    """Show name and namespace of the host's Gateway."""


class GatewaySanitize(Section):
    """What is removed from an imported Gateway."""

    certificate_refs: bool = True
    """Remove references to certificates."""
    infrastructure: bool = True
    """Remove the infrastructure field."""


class SyncGateways(MappedPatchSwitch):
    """Shared Gateways of the host."""

    selector: StandardLabelSelector = section()
    """Which objects; empty means all."""
    allowed_routes: AllowedRoutes = section()
    """Who may attach routes."""
    status: GatewayStatus = section()
    """What the status shows."""
    metadata: GatewayMetadata = section()
    """What the metadata shows."""
    sanitize: GatewaySanitize = section()
    """What is removed."""


class SyncFromHost(Section):
    """Kinds that flow from the host into the virtual cluster."""

    nodes: SyncNodes = section()
    """Nodes."""
    events: OnPatchSwitch = section()
    """Events about objects that are copied."""
    ingress_classes: SelectedPatchSwitch = section()
    """IngressClasses."""
    runtime_classes: SelectedPatchSwitch = section()
    """RuntimeClasses."""
    priority_classes: SelectedPatchSwitch = section()
    """PriorityClasses."""
    storage_classes: SyncStorageClasses = section()
    """StorageClasses."""
    csi_nodes: AutoPatchSwitch = section()
    """CSINodes."""
    csi_drivers: AutoPatchSwitch = section()
    """CSIDrivers."""
    csi_storage_capacities: AutoPatchSwitch = section()
    """CSIStorageCapacities."""
    custom_resources: dict[CrdName, SyncFromHostCustomResource] = {}
    """Custom resources by ``plural.group``."""
    volume_snapshot_classes: PatchSwitch = section()
    """VolumeSnapshotClasses."""
    config_maps: MappedPatchSwitch = section()
    """ConfigMaps of other host namespaces."""
    secrets: MappedPatchSwitch = section()
    """Secrets of other host namespaces."""
    device_classes: SelectedPatchSwitch = section()
    """DeviceClasses of dynamic resource allocation."""
    gateway_classes: SelectedPatchSwitch = section()
    """GatewayClasses."""
    gateways: SyncGateways = section()
    """Shared Gateways."""
