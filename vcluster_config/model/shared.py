"""Sections that appear in several places of the dialect."""

from typing import Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.types import (
    Affinity,
    Annotations,
    Labels,
    NodePort,
    OptionalDnsName,
    OptionalLabel,
    OptionalRegistry,
    OptionalRepository,
    OptionalTag,
    PodSecurityContext,
    Quantities,
    SecurityContext,
    StringMap,
    Toleration,
    TopologySpreadConstraint,
)


class Switch(Section):
    """Something that is off unless asked for."""

    enabled: bool = False
    """Turn this on."""


class OnSwitch(Section):
    """Something that is on unless refused."""

    enabled: bool = True
    """Turn this off with false."""


class Image(Section):
    """A container image in three parts, so that a registry can be replaced alone."""

    registry: OptionalRegistry = ""
    """Registry host, without a scheme; empty means Docker Hub."""
    repository: OptionalRepository = ""
    """Repository within the registry."""
    tag: OptionalTag = ""
    """Tag; may carry a digest."""


class Resources(Section):
    """Requests and limits of a container."""

    limits: Quantities = {}
    """The most a container may use."""
    requests: Quantities = {}
    """What the scheduler sets aside for a container."""


class Metadata(Section):
    """Labels and annotations of an object we render."""

    annotations: Annotations = {}
    """Annotations added to the object."""
    labels: Labels = {}
    """Labels added to the object."""


class Security(Section):
    """Security contexts of a pod and of its containers."""

    pod_security_context: PodSecurityContext = {}
    """Kubernetes PodSecurityContext of the pod."""
    container_security_context: SecurityContext = {}
    """Kubernetes SecurityContext of the containers."""


class Scheduling(Section):
    """Where pods of a control-plane workload may run."""

    node_selector: Labels = {}
    """Labels a node must carry."""
    affinity: Affinity = {}
    """Kubernetes Affinity; empty means a preference for spreading replicas over nodes."""
    tolerations: list[Toleration] = []
    """Kubernetes tolerations of the pods."""
    priority_class_name: OptionalDnsName = ""
    """PriorityClass of the pods."""
    pod_management_policy: Literal["Parallel", "OrderedReady"] = "Parallel"
    """How the StatefulSet starts its pods; cannot be changed after installation."""
    topology_spread_constraints: list[TopologySpreadConstraint] = []
    """Kubernetes topology spread constraints of the pods."""


class VolumeMount(Section):
    """A mount of an extra volume."""

    name: str | None = None
    """Name of the volume."""
    read_only: bool | None = None
    """Mount it read-only."""
    mount_path: str | None = None
    """Absolute path in the container."""
    sub_path: str | None = None
    """Path within the volume."""
    mount_propagation: Literal["None", "HostToContainer", "Bidirectional"] | None = None
    """How mounts are propagated between host and container."""
    sub_path_expr: str | None = None
    """Path within the volume, with environment variables expanded."""


class LabelSelector(Section):
    """Objects chosen by equal labels."""

    labels: Labels = {}
    """Labels an object must carry; empty chooses all."""


class LabelSelectorRequirement(Section):
    """One requirement of a Kubernetes label selector."""

    key: str | None = None
    """Label key."""
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"] | None = None
    """How the label's value relates to the values."""
    values: list[str] = []
    """Values for In and NotIn; must be empty for Exists and DoesNotExist."""


class StandardLabelSelector(Section):
    """A Kubernetes label selector."""

    match_labels: Labels = {}
    """Labels an object must carry."""
    match_expressions: list[LabelSelectorRequirement] = []
    """Requirements that must all hold."""


class NameMappings(Section):
    """Which host object appears as which virtual object."""

    by_name: StringMap = {}
    """Host reference to virtual reference: ``namespace/name``, ``namespace/*``, or ``""`` for our own namespace."""


class PatchReference(Section):
    """A field that names another object, so that its name is translated."""

    api_version: str
    """API version of the referenced object."""
    api_version_path: str | None = None
    """Path of a field that holds the API version."""
    kind: str
    """Kind of the referenced object."""
    kind_path: str | None = None
    """Path of a field that holds the kind."""
    name_path: str | None = None
    """Path of the field that holds the name, below the patch's path."""
    namespace_path: str | None = None
    """Path of the field that holds the namespace, below the patch's path."""


class PatchLabels(Section):
    """Marks a field as labels or a label selector, so that its keys are translated."""


class Patch(Section):
    """A rewrite of one field while an object is copied; exactly one of expression, reference and labels."""

    path: str
    """Path of the field, for example ``spec.containers[*].image``."""
    expression: str | None = None
    """Expression over ``value`` applied on the way to the target."""
    reverse_expression: str | None = None
    """Expression over ``value`` applied on the way back."""
    reference: PatchReference | None = None
    """Treat the field as a reference to another object."""
    labels: PatchLabels | None = None
    """Treat the field as labels or a label selector; an empty mapping says so."""


class PatchSwitch(Switch):
    """A kind that is copied only when asked for."""

    patches: list[Patch] = []
    """Rewrites applied to each object."""


class OnPatchSwitch(OnSwitch):
    """A kind that is copied unless refused."""

    patches: list[Patch] = []
    """Rewrites applied to each object."""


class PolicyRuleSection(Section):
    """A Kubernetes RBAC rule."""

    verbs: list[str] = []
    """Verbs that are granted."""
    api_groups: list[str] = []
    """API groups; ``""`` is the core group."""
    resources: list[str] = []
    """Resources and sub-resources."""
    resource_names: list[str] = []
    """Only objects of these names."""
    non_resource_urls: list[str] = []
    """Paths that are no resources, for ClusterRoles only."""


class ServiceReference(Section):
    """Where a Service of the host is."""

    name: OptionalLabel = ""
    """Name of the Service."""
    namespace: OptionalLabel = ""
    """Namespace of the Service."""
    port: NodePort = 0
    """Port of the Service; 0 means its usual one."""


class ApiService(Section):
    """The host Service behind an aggregated API."""

    service: ServiceReference = section()
    """Where that Service is."""
