"""The root of a ``vcluster.yaml``."""

from typing import TYPE_CHECKING, Any

from vcluster_config.model.base import Section, lazy, section
from vcluster_config.model.control_plane import ControlPlane
from vcluster_config.model.export_kube_config import ExportKubeConfig
from vcluster_config.model.logging import Logging
from vcluster_config.model.networking import Networking
from vcluster_config.model.sync import Sync
from vcluster_config.model.types import OptionalCidr

if TYPE_CHECKING:
    from vcluster_config.model.experimental import Experimental
    from vcluster_config.model.integrations import Integrations
    from vcluster_config.model.plugins import LegacyPlugin, Plugin
    from vcluster_config.model.policies import Policies
    from vcluster_config.model.rbac import Rbac
    from vcluster_config.model.sleep import Sleep, SleepMode
    from vcluster_config.model.telemetry import Telemetry
else:
    Experimental = lazy("experimental", "Experimental")
    Integrations = lazy("integrations", "Integrations")
    LegacyPlugin = lazy("plugins", "LegacyPlugin")
    Plugin = lazy("plugins", "Plugin")
    Policies = lazy("policies", "Policies")
    Rbac = lazy("rbac", "Rbac")
    Sleep = lazy("sleep", "Sleep")
    SleepMode = lazy("sleep", "SleepMode")
    Telemetry = lazy("telemetry", "Telemetry")


class Config(Section):
    """A whole ``vcluster.yaml`` with all defaults filled in."""

    global_: Any = None
    """Helm's global values; has no effect."""
    export_kube_config: ExportKubeConfig = section()
    """How and where the kubeconfig of the virtual cluster is stored in the host."""
    sync: Sync = section()
    """What is copied between the virtual cluster and the host."""
    integrations: Integrations = section()
    """Operators of the host that are used from inside the virtual cluster."""
    networking: Networking = section()
    """Replicated services, DNS rules and how kubelets are reached."""
    policies: Policies = section()
    """Quota, limits, network policy, pod security and admission rules."""
    control_plane: ControlPlane = section()
    """Distro, store, exposure and workload of the control plane."""
    rbac: Rbac = section()
    """The Role and ClusterRole of the control plane."""
    plugins: dict[str, Plugin] = {}
    """Plugins of upstream's syncer."""
    experimental: Experimental = section()
    """Features upstream may still change."""
    external: dict[str, Any] = {}
    """Settings of tools outside; not read here."""
    telemetry: Telemetry = section()
    """Nothing is ever sent, whatever is set here."""
    service_cidr: OptionalCidr = ""
    """Service CIDR of the host; newer releases say networking.serviceCIDR."""
    pro: bool = False
    """Has no effect: nothing is paid for."""
    plugin: dict[str, LegacyPlugin] = {}
    """Plugins of the older kind."""
    sleep_mode: SleepMode = section()
    """Sleep as v0.24 spells it."""
    sleep: Sleep = section()
    """Sleep as v0.32 and later spell it."""
    logging: Logging = section()
    """Form of our own log lines."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            """Fill in a lazily imported section that the file does not set."""
            info = type(self).model_fields.get(name)
            if info is None:
                return super().__getattr__(name)
            from vcluster_config.model.build import default_instance
            from vcluster_config.model.shape import shape_of

            value = default_instance(shape_of(info).section)
            self.__dict__[name] = value
            return value
