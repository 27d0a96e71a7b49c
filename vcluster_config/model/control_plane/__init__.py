"""``controlPlane``: distro, store, exposure and workload of the control plane."""

from vcluster_config.model.base import Section, section
from vcluster_config.model.control_plane.advanced import Advanced
from vcluster_config.model.control_plane.backing_store import BackingStore
from vcluster_config.model.control_plane.coredns import CoreDns
from vcluster_config.model.control_plane.distro import Distro
from vcluster_config.model.control_plane.exposure import Ingress, Proxy, Service, ServiceMonitor, TlsRoute
from vcluster_config.model.control_plane.stateful_set import StatefulSet


class HostPathMapper(Section):
    """Host paths of log collectors, translated on each node."""

    enabled: bool = False
    """Translate host paths in pods."""
    central: bool = False
    """Expect one mapper for all virtual clusters of the host."""


class ControlPlane(Section):
    """Distro, store, exposure and workload of the control plane."""

    distro: Distro = section()
    """Which Kubernetes runs inside."""
    backing_store: BackingStore = section()
    """Where the virtual cluster keeps its objects."""
    coredns: CoreDns = section()
    """DNS of the virtual cluster."""
    proxy: Proxy = section()
    """Where the API server listens, and its certificate."""
    host_path_mapper: HostPathMapper = section()
    """Host paths of log collectors."""
    ingress: Ingress = section()
    """An Ingress to the API server."""
    tls_route: TlsRoute = section()
    """A Gateway API TLSRoute to the API server."""
    service: Service = section()
    """The Service of the API server."""
    stateful_set: StatefulSet = section()
    """The workload that runs the control plane."""
    service_monitor: ServiceMonitor = section()
    """A ServiceMonitor of the Prometheus operator."""
    advanced: Advanced = section()
    """Accounts, budgets and metadata few clusters change."""
