"""``policies``: quota, limits, network policy, pod security and admission rules of the virtual cluster."""

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from vcluster_config.model.base import Section, lazy, section
from vcluster_config.model.shared import Metadata, StandardLabelSelector
from vcluster_config.model.types import PORT, AutoBool, Cidr, OptionalAddress, PortNumber, Quantities, ScopeSelector

if TYPE_CHECKING:
    from vcluster_config.model.admission import MutatingWebhookConfiguration, ValidatingWebhookConfiguration
else:
    MutatingWebhookConfiguration = lazy("admission", "MutatingWebhookConfiguration")
    ValidatingWebhookConfiguration = lazy("admission", "ValidatingWebhookConfiguration")


class IpBlock(Section):
    """A range of addresses with exceptions."""

    cidr: Cidr = "0.0.0.0/0"
    """The range."""
    except_: list[Cidr] = [
        "100.64.0.0/10",
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
    ]
    """Ranges within it that stay closed."""


class OutgoingConnections(Section):
    """Where workloads may connect to."""

    ip_block: IpBlock = section()
    """Addresses outside the cluster."""
    platform: bool = True
    """Has no effect: there is no platform to reach."""


class PublicEgress(Section):
    """Where workloads may connect to outside the cluster."""

    enabled: bool = True
    """Allow connections to addresses outside the cluster."""
    cidr: Cidr = "0.0.0.0/0"
    """The range."""
    except_: list[Cidr] = [
        "100.64.0.0/10",
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
    ]
    """Ranges within it that stay closed."""


class NetworkPolicyPort(Section):
    """A port or a range of ports."""

    protocol: Literal["TCP", "UDP", "SCTP"] | None = None
    """Protocol; TCP when not given."""
    port: Annotated[int | str, PORT] | None = None
    """Number or name."""
    end_port: PortNumber | None = None
    """Last port of a range."""


class PeerIpBlock(Section):
    """A range of addresses with exceptions."""

    cidr: Cidr | None = None
    """The range."""
    except_: list[Cidr] = []
    """Ranges within it that stay closed."""


class NetworkPolicyPeer(Section):
    """The other side of a connection."""

    pod_selector: StandardLabelSelector | None = None
    """Pods by label."""
    namespace_selector: StandardLabelSelector | None = None
    """Namespaces by label."""
    ip_block: PeerIpBlock | None = None
    """Addresses."""


class IngressRule(Section):
    """Connections that may come in."""

    ports: list[NetworkPolicyPort] = []
    """Ports; empty means all."""
    from_: list[NetworkPolicyPeer] = []
    """Sources; empty means all."""


class EgressRule(Section):
    """Connections that may go out."""

    ports: list[NetworkPolicyPort] = []
    """Ports; empty means all."""
    to: list[NetworkPolicyPeer] = []
    """Targets; empty means all."""


class ControlPlaneRules(Section):
    """Extra rules for the control plane."""

    ingress: list[IngressRule] = []
    """Connections that may come in."""
    egress: list[EgressRule] = []
    """Connections that may go out."""


class WorkloadRules(ControlPlaneRules):
    """Extra rules for workloads."""

    public_egress: PublicEgress = section()
    """Where workloads may connect to outside the cluster."""


class NetworkPolicy(Metadata):
    """Two policies in the host: one for workloads, one for the control plane."""

    enabled: bool = False
    """Render the policies."""
    fallback_dns: OptionalAddress = Field("8.8.8.8", alias="fallbackDns")
    """DNS server that answers when the host's does not."""
    outgoing_connections: OutgoingConnections = section()
    """Where workloads may connect to; newer releases say workload.publicEgress."""
    control_plane: ControlPlaneRules = section()
    """Extra rules for the control plane."""
    workload: WorkloadRules = section()
    """Extra rules for workloads."""


class ResourceQuota(Metadata):
    """A ResourceQuota in the host namespace."""

    enabled: AutoBool = "auto"
    """Render it; auto means when limitRange is on."""
    quota: Quantities = {
        "requests.cpu": "10",
        "requests.memory": "20Gi",
        "requests.storage": "100Gi",
        "requests.ephemeral-storage": "60Gi",
        "limits.cpu": "20",
        "limits.memory": "40Gi",
        "limits.ephemeral-storage": "160Gi",
        "services.nodeports": "0",
        "services.loadbalancers": "1",
        "count/endpoints": "40",
        "count/pods": "20",
        "count/services": "20",
        "count/secrets": "100",
        "count/configmaps": "100",
        "count/persistentvolumeclaims": "20",
    }
    """Hard limits by resource."""
    scope_selector: ScopeSelector = {"matchExpressions": []}
    """Kubernetes ScopeSelector of the quota."""
    scopes: list[
        Literal[
            "BestEffort",
            "CrossNamespacePodAffinity",
            "NotBestEffort",
            "NotTerminating",
            "PriorityClass",
            "Terminating",
            "VolumeAttributesClass",
        ]
    ] = []
    """Scopes of the quota."""


class LimitRange(Metadata):
    """A LimitRange in the host namespace."""

    enabled: AutoBool = "auto"
    """Render it; auto means when resourceQuota is on."""
    default: Quantities = {"ephemeral-storage": "8Gi", "memory": "512Mi", "cpu": "1"}
    """Limits of containers that set none."""
    default_request: Quantities = {"ephemeral-storage": "3Gi", "memory": "128Mi", "cpu": "100m"}
    """Requests of containers that set none."""
    max: Quantities = {}
    """The most a container may ask for."""
    min: Quantities = {}
    """The least a container may ask for."""


class CentralAdmission(Section):
    """Webhooks of the host that are enforced inside and cannot be removed there."""

    validating_webhooks: list[ValidatingWebhookConfiguration] = []
    """ValidatingWebhookConfigurations."""
    mutating_webhooks: list[MutatingWebhookConfiguration] = []
    """MutatingWebhookConfigurations."""


class Policies(Section):
    """Quota, limits, network policy, pod security and admission rules."""

    network_policy: NetworkPolicy = section()
    """Network policies in the host."""
    pod_security_standard: Literal["", "privileged", "baseline", "restricted"] = ""
    """Pod Security Standard enforced on pods of the virtual cluster; empty means none."""
    resource_quota: ResourceQuota = section()
    """A ResourceQuota in the host namespace."""
    limit_range: LimitRange = section()
    """A LimitRange in the host namespace."""
    central_admission: CentralAdmission = section()
    """Webhooks enforced from outside."""
