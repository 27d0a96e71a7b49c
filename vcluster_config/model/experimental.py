"""``experimental``: features upstream may still change."""

from typing import Annotated, Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.generic_sync import GenericSync
from vcluster_config.model.types import DURATION, Labels, OptionalLabel


class Manifests(Section):
    """Objects deployed with the release, as YAML text."""

    manifests: str = ""
    """Objects as they are."""
    manifests_template: str = ""
    """Objects as a Helm template."""


class HelmChart(Section):
    """A chart to install inside."""

    name: str | None = None
    """Name of the chart."""
    repo: str | None = None
    """Repository of the chart."""
    insecure: bool | None = None
    """Skip verification of the repository's certificate."""
    version: str | None = None
    """Version of the chart."""
    username: str | None = None
    """User name for the repository."""
    password: str | None = None
    """Password for the repository."""


class HelmReleaseName(Section):
    """Where a chart is installed."""

    name: str | None = None
    """Name of the release."""
    namespace: str | None = None
    """Namespace inside the virtual cluster."""


class HelmRelease(Section):
    """A chart installed inside the virtual cluster."""

    chart: HelmChart | None = None
    """The chart."""
    release: HelmReleaseName | None = None
    """Where it is installed."""
    values: str | None = None
    """Its values, as YAML text."""
    timeout: Annotated[str, DURATION] | None = None
    """How long to wait for it."""
    bundle: str | None = None
    """The chart as base64 of a .tgz."""


class DeployVirtual(Manifests):
    """Objects and charts deployed inside the virtual cluster."""

    helm: list[HelmRelease] = []
    """Charts installed inside."""


class Deploy(Section):
    """Objects deployed with the release."""

    host: Manifests = section()
    """Objects in the host, part of the release."""
    vcluster: DeployVirtual = section()
    """Objects inside the virtual cluster, applied at start."""


class SyncSettings(Section):
    """Switches of the syncer as a whole."""

    disable_sync: bool = False
    """Copy nothing."""
    rewrite_kubernetes_service: bool = False
    """Point the kubernetes Service at us although nothing is copied."""
    target_namespace: OptionalLabel = ""
    """Other host namespace for workloads."""
    set_owner: bool = True
    """Make the Service of the release the owner of host objects."""
    host_metrics_bind_address: str = ""
    """Address of metrics about the host side."""
    virtual_metrics_bind_address: str = ""
    """Address of metrics about the virtual side."""


class MultiNamespaceMode(Section):
    """One host namespace for each virtual namespace; newer releases say sync.toHost.namespaces."""

    enabled: bool = False
    """Turn it on."""
    namespace_labels: Labels = {}
    """Labels added to each host namespace."""


class IsolatedControlPlane(Section):
    """The control plane in another cluster than the workloads."""

    enabled: bool = False
    """Turn it on."""
    headless: bool = False
    """Render only objects of the workload side."""
    kube_config: str = ""
    """Kubeconfig of the workload cluster."""
    namespace: str = ""
    """Namespace there."""
    service: str = ""
    """Service there."""


class VirtualClusterKubeConfig(Section):
    """Paths of files in the control-plane pod."""

    kube_config: str = ""
    """Kubeconfig of the virtual cluster."""
    server_ca_key: str = ""
    """Key of the server CA."""
    server_ca_cert: str = ""
    """Certificate of the server CA."""
    client_ca_cert: str = ""
    """Certificate of the client CA."""
    client_ca_key: str = ""
    """Key of the client CA."""
    request_header_ca_cert: str = ""
    """Certificate of the front-proxy CA."""


class DenyRequest(Section):
    """Requests a deny rule looks at."""

    api_groups: list[str] = []
    """API groups, or ``*`` alone."""
    api_versions: list[str] = []
    """API versions, or ``*`` alone."""
    resources: list[str] = []
    """Resources and sub-resources."""
    scope: Literal["", "Cluster", "Namespaced", "*"] = ""
    """Scope of the resources."""
    operations: list[Literal["create", "get", "update", "patch", "delete", "*"]] = []
    """Verbs, or ``*`` alone."""


class DenyRule(Section):
    """A deny rule."""

    name: str = ""
    """Name shown to users who are refused."""
    namespaces: list[str] = []
    """Namespaces it looks at; empty means all."""
    rules: list[DenyRequest] = []
    """Requests it refuses."""
    excluded_users: list[str] = []
    """Users it leaves alone."""


class Experimental(Section):
    """Features upstream may still change."""

    deploy: Deploy = section()
    """Objects deployed with the release."""
    sync_settings: SyncSettings = section()
    """Switches of the syncer as a whole."""
    generic_sync: GenericSync = section()
    """The older way to copy custom resources."""
    multi_namespace_mode: MultiNamespaceMode = section()
    """One host namespace for each virtual namespace."""
    isolated_control_plane: IsolatedControlPlane = section()
    """The control plane in another cluster than the workloads."""
    virtual_cluster_kube_config: VirtualClusterKubeConfig = section()
    """Paths of files in the control-plane pod."""
    deny_proxy_requests: list[DenyRule] = []
    """Requests that are refused."""
    reuse_namespace: bool = False
    """Allow several virtual clusters in one namespace; always allowed here."""
