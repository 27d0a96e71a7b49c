"""``controlPlane.advanced``: accounts, budgets and metadata few clusters change."""

from typing import Annotated, Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.shared import Metadata, Switch
from vcluster_config.model.types import COUNT_OR_PERCENT, Annotations, OptionalDnsName, OptionalRegistry


class ImagePullSecret(Section):
    """A reference to a pull Secret."""

    name: OptionalDnsName = ""
    """Name of the Secret in the namespace of the release."""


class ServiceAccount(Metadata):
    """The ServiceAccount of the control plane."""

    enabled: bool = True
    """Create it; false means it exists already."""
    name: OptionalDnsName = ""
    """Its name; empty means ``vc-NAME``."""
    image_pull_secrets: list[ImagePullSecret] = []
    """Pull Secrets of the account; workloads get them too."""


class WorkloadServiceAccount(Metadata):
    """The ServiceAccount of host pods."""

    enabled: bool = True
    """Create it; false means it exists already."""
    name: OptionalDnsName = ""
    """Its name; empty means ``vc-workload-NAME``."""
    image_pull_secrets: list[ImagePullSecret] = []
    """Pull Secrets of the account."""


class GlobalMetadata(Section):
    """Metadata of all objects we render."""

    annotations: Annotations = {}
    """Annotations added to every object."""


class PodDisruptionBudget(Switch):
    """A PodDisruptionBudget for the control plane; at most one of the two numbers."""

    min_available: Annotated[int | str, COUNT_OR_PERCENT] | None = None
    """Pods that must stay, a number or a percentage."""
    max_unavailable: Annotated[int | str, COUNT_OR_PERCENT] | None = None
    """Pods that may be missing, a number or a percentage."""
    unhealthy_pod_eviction_policy: Literal["", "IfHealthyBudget", "AlwaysAllow"] = ""
    """When pods that are not ready may be evicted."""


class Advanced(Section):
    """Accounts, budgets and metadata few clusters change."""

    default_image_registry: OptionalRegistry = ""
    """Registry put in front of every image of ours, with or without a trailing slash."""
    virtual_scheduler: Switch = section()
    """Schedule pods inside; newer releases say distro.k8s.scheduler.enabled."""
    service_account: ServiceAccount = section()
    """The ServiceAccount of the control plane."""
    workload_service_account: WorkloadServiceAccount = section()
    """The ServiceAccount of host pods."""
    headless_service: Metadata = section()
    """Metadata of the headless Service."""
    global_metadata: GlobalMetadata = section()
    """Metadata of all objects we render."""
    pod_disruption_budget: PodDisruptionBudget = section()
    """A PodDisruptionBudget for the control plane."""
