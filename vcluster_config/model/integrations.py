"""``integrations``: operators of the host that are used from inside the virtual cluster."""

from vcluster_config.model.base import Section, section
from vcluster_config.model.shared import ApiService, LabelSelector, OnSwitch, StandardLabelSelector, Switch


class MetricsServer(Switch):
    """The metrics API of the host, limited to objects of this cluster."""

    api_service: ApiService = section()
    """Where the host's metrics server is; empty means metrics-server in kube-system."""
    nodes: bool = True
    """Serve node metrics."""
    pods: bool = True
    """Serve pod metrics."""


class KubeVirtSync(Section):
    """Kinds of KubeVirt that are copied."""

    data_volumes: Switch = section()
    """DataVolumes."""
    virtual_machine_instance_migrations: OnSwitch = section()
    """VirtualMachineInstanceMigrations."""
    virtual_machine_instances: OnSwitch = section()
    """VirtualMachineInstances."""
    virtual_machines: OnSwitch = section()
    """VirtualMachines."""
    virtual_machine_clones: OnSwitch = section()
    """VirtualMachineClones."""
    virtual_machine_pools: OnSwitch = section()
    """VirtualMachinePools."""


class KubeVirt(Switch):
    """KubeVirt of the host."""

    api_service: ApiService = section()
    """Where the host's KubeVirt API is; empty means virt-api in kubevirt."""
    webhook: OnSwitch = section()
    """Use its webhooks inside."""
    sync: KubeVirtSync = section()
    """Kinds that are copied."""


class SelectedSwitch(Switch):
    """A kind of which a part can be chosen by labels."""

    selector: LabelSelector = section()
    """Which objects."""


class OnSelectedSwitch(OnSwitch):
    """A kind of which a part can be chosen by labels."""

    selector: LabelSelector = section()
    """Which objects."""


class StandardSelectedSwitch(Switch):
    """A kind of which a part can be chosen by a label selector."""

    selector: StandardLabelSelector = section()
    """Which objects."""


class Selected(Section):
    """A kind of which a part can be chosen by a label selector."""

    selector: StandardLabelSelector = section()
    """Which objects."""


class ExternalSecretsToHost(Section):
    """Kinds of External Secrets that flow to the host."""

    external_secrets: Selected = section()
    """ExternalSecrets."""
    stores: StandardSelectedSwitch = section()
    """SecretStores."""


class ExternalSecretsFromHost(Section):
    """Kinds of External Secrets that flow from the host."""

    cluster_stores: StandardSelectedSwitch = section()
    """ClusterSecretStores."""


class ExternalSecretsSync(Section):
    """Kinds of External Secrets that are copied."""

    external_secrets: OnSwitch = section()
    """ExternalSecrets, to the host; newer releases say toHost.externalSecrets."""
    stores: Switch = section()
    """SecretStores, both ways; newer releases say toHost.stores."""
    cluster_stores: SelectedSwitch = section()
    """ClusterSecretStores, from the host; newer releases say fromHost.clusterStores."""
    to_host: ExternalSecretsToHost = section()
    """Kinds that flow to the host."""
    from_host: ExternalSecretsFromHost = section()
    """Kinds that flow from the host."""


class ExternalSecrets(Switch):
    """External Secrets Operator of the host."""

    version: str = ""
    """API version of its kinds."""
    webhook: Switch = section()
    """Use its webhooks inside."""
    sync: ExternalSecretsSync = section()
    """Kinds that are copied."""


class CertManagerToHost(Section):
    """Kinds of cert-manager that flow to the host."""

    certificates: OnSwitch = section()
    """Certificates."""
    issuers: OnSwitch = section()
    """Issuers."""


class CertManagerFromHost(Section):
    """Kinds of cert-manager that flow from the host."""

    cluster_issuers: OnSelectedSwitch = section()
    """ClusterIssuers."""


class CertManagerSync(Section):
    """Kinds of cert-manager that are copied."""

    to_host: CertManagerToHost = section()
    """Kinds that flow to the host."""
    from_host: CertManagerFromHost = section()
    """Kinds that flow from the host."""


class CertManager(Switch):
    """cert-manager of the host."""

    sync: CertManagerSync = section()
    """Kinds that are copied."""


class IstioToHost(Section):
    """Kinds of Istio that flow to the host."""

    destination_rules: OnSwitch = section()
    """DestinationRules."""
    gateways: OnSwitch = section()
    """Gateways."""
    virtual_services: OnSwitch = section()
    """VirtualServices."""


class IstioSync(Section):
    """Kinds of Istio that are copied."""

    to_host: IstioToHost = section()
    """Kinds that flow to the host."""


class Istio(Switch):
    """Istio of the host."""

    sync: IstioSync = section()
    """Kinds that are copied."""


class Integrations(Section):
    """Operators of the host that are used from inside the virtual cluster."""

    metrics_server: MetricsServer = section()
    """The metrics API of the host."""
    kube_virt: KubeVirt = section()
    """KubeVirt of the host."""
    external_secrets: ExternalSecrets = section()
    """External Secrets Operator of the host."""
    cert_manager: CertManager = section()
    """cert-manager of the host."""
    istio: Istio = section()
    """Istio of the host."""
