"""``exportKubeConfig``: how and where the kubeconfig of the virtual cluster is stored in the host."""

from vcluster_config.model.base import Section, section
from vcluster_config.model.types import OptionalDnsName, OptionalLabel, OptionalServer


class KubeConfigServiceAccount(Section):
    """A virtual ServiceAccount whose token replaces the client certificate."""

    name: OptionalDnsName = ""
    """Name of the ServiceAccount, created when missing."""
    namespace: OptionalLabel = ""
    """Its namespace inside the virtual cluster; empty means kube-system."""
    cluster_role: str = ""
    """ClusterRole it is bound to; empty binds nothing."""


class KubeConfigProperties(Section):
    """What is written into a kubeconfig."""

    context: str = ""
    """Name of the context; empty means a name made from the release."""
    server: OptionalServer = ""
    """URL of the API server; empty means ``https://localhost:8443``."""
    insecure: bool = False
    """Skip verification of the server certificate."""
    service_account: KubeConfigServiceAccount = section()
    """Use a ServiceAccount token instead of client certificates."""


class SecretReference(Section):
    """Where one more copy of the kubeconfig goes."""

    name: OptionalDnsName = ""
    """Name of the Secret."""
    namespace: OptionalLabel = ""
    """Namespace of the Secret; empty means the namespace of the release."""


class AdditionalSecret(KubeConfigProperties):
    """A further kubeconfig Secret with its own properties."""

    name: OptionalDnsName = ""
    """Name of the Secret; empty means ``vc-NAME``."""
    namespace: OptionalLabel = ""
    """Namespace of the Secret; empty means the namespace of the release."""


class ExportKubeConfig(KubeConfigProperties):
    """The kubeconfig in Secret ``vc-NAME`` and further copies of it."""

    secret: SecretReference = section()
    """One extra Secret; use additionalSecrets instead."""
    additional_secrets: list[AdditionalSecret] = []
    """Further Secrets, each with its own properties."""
