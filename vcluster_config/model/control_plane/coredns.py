"""``controlPlane.coredns``: DNS of the virtual cluster."""

from vcluster_config.model.base import Section, section
from vcluster_config.model.shared import Metadata, Resources, Security
from vcluster_config.model.types import (
    Affinity,
    Labels,
    OptionalDnsName,
    OptionalImage,
    Quantities,
    Replicas,
    ServiceSpec,
    Toleration,
    TopologySpreadConstraint,
)


class CoreDnsService(Metadata):
    """The Service ``kube-dns``."""

    spec: ServiceSpec = {"type": "ClusterIP"}
    """Kubernetes ServiceSpec merged over the computed one."""


class CoreDnsResources(Resources):
    """Requests and limits of CoreDNS."""

    limits: Quantities = {"cpu": "1000m", "memory": "170Mi"}
    """The most CoreDNS may use."""
    requests: Quantities = {"cpu": "20m", "memory": "64Mi"}
    """What the scheduler sets aside for CoreDNS."""


class CoreDnsDeployment(Metadata):
    """The Deployment of CoreDNS."""

    image: OptionalImage = ""
    """Its image; empty means ``coredns/coredns:1.11.3``."""
    replicas: Replicas = 1
    """Number of pods."""
    node_selector: Labels = {}
    """Labels a node must carry, beside ``kubernetes.io/os: linux``."""
    affinity: Affinity = {}
    """Kubernetes Affinity of the pods."""
    tolerations: list[Toleration] = []
    """Kubernetes tolerations of the pods."""
    resources: CoreDnsResources = section()
    """Requests and limits."""
    pods: Metadata = section()
    """Labels and annotations of the pods."""
    topology_spread_constraints: list[TopologySpreadConstraint] = [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {"matchLabels": {"k8s-app": "vcluster-kube-dns"}},
        }
    ]
    """Kubernetes topology spread constraints of the pods."""


class CoreDns(Section):
    """DNS of the virtual cluster."""

    enabled: bool = True
    """Provide DNS inside."""
    embedded: bool = False
    """Run CoreDNS in the control-plane pod instead of as a workload."""
    service: CoreDnsService = section()
    """The Service ``kube-dns``."""
    deployment: CoreDnsDeployment = section()
    """The Deployment of CoreDNS."""
    overwrite_config: str = ""
    """Replaces the computed Corefile."""
    overwrite_manifests: str = ""
    """Replaces all computed manifests."""
    priority_class_name: OptionalDnsName = ""
    """PriorityClass of the pods."""
    security: Security = section()
    """Security contexts."""
