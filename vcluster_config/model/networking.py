"""``networking``: replicated services, DNS rules and how kubelets are reached."""

from typing import Annotated

from vcluster_config.model.base import Section, section
from vcluster_config.model.types import HOST_NAME, OptionalAddress, OptionalCidr, OptionalService


class ServiceMapping(Section):
    """A Service that is copied to the other side."""

    from_: OptionalService = ""
    """The Service to copy: ``name`` or ``namespace/name``."""
    to: OptionalService = ""
    """Where it appears: ``name`` or ``namespace/name``."""


class ReplicateServices(Section):
    """Services that appear on the other side."""

    to_host: list[ServiceMapping] = []
    """Virtual Services (``namespace/name``) that appear in the host namespace (``name``)."""
    from_host: list[ServiceMapping] = []
    """Host Services (``name`` or ``namespace/name``) that appear inside (``namespace/name``)."""


class ResolveDnsTarget(Section):
    """The answer; exactly one of the five."""

    hostname: str = ""
    """Answer with the addresses of this name."""
    ip: OptionalAddress = ""
    """Answer with this address."""
    host_service: str = ""
    """Answer with the address of this host Service (``namespace/name``)."""
    host_namespace: str = ""
    """Answer with Services of this host namespace."""
    v_cluster_service: str = ""
    """Answer with a Service of another virtual cluster (``hostNamespace/vcluster/namespace/name``)."""


class ResolveDns(Section):
    """An extra DNS rule: exactly one question and one answer."""

    hostname: str = ""
    """The question is this host name; may hold one ``*`` at its start or end."""
    service: str = ""
    """The question is this virtual Service (``namespace/name``)."""
    namespace: str = ""
    """The question is any Service of this virtual namespace."""
    target: ResolveDnsTarget = section()
    """The answer."""


class ProxyKubelets(Section):
    """How virtual nodes lead clients to our node API."""

    by_hostname: bool = True
    """Give virtual nodes a host name that leads to us; else nodes of the host show their own."""
    by_ip: bool = True
    """Give virtual nodes an address that leads to us; else nodes of the host show their own, for ports of nodes."""


class NetworkingAdvanced(Section):
    """Settings few clusters need."""

    cluster_domain: Annotated[str, HOST_NAME] = "cluster.local"
    """DNS domain of the virtual cluster."""
    fallback_host_cluster: bool = False
    """Ask the host's DNS for names unknown inside."""
    proxy_kubelets: ProxyKubelets = section()
    """How virtual nodes lead clients to our node API."""


class Networking(Section):
    """Replicated services, DNS rules and how kubelets are reached."""

    replicate_services: ReplicateServices = section()
    """Services that appear on the other side."""
    resolve_dns: list[ResolveDns] = []
    """Extra DNS rules."""
    service_cidr: OptionalCidr = ""
    """Service CIDR of the host; empty means it is found at start."""
    advanced: NetworkingAdvanced = section()
    """Settings few clusters need."""
