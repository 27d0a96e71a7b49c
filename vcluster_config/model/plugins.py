"""``plugins`` and ``plugin``: extra containers that upstream's syncer loads."""

from typing import Any

from vcluster_config.model.base import Section, section
from vcluster_config.model.shared import PolicyRuleSection
from vcluster_config.model.types import (
    EnvFromSource,
    EnvVar,
    KubeVolumeMount,
    Lifecycle,
    OptionalImage,
    Probe,
    PullPolicy,
    ResourceRequirements,
    SecurityContext,
)


class PluginRules(Section):
    """Rules a plugin needs."""

    extra_rules: list[PolicyRuleSection] = []
    """Rules added to the computed ones."""


class PluginRbac(Section):
    """Rules a plugin needs."""

    role: PluginRules = section()
    """In the namespace of the release."""
    cluster_role: PluginRules = section()
    """In the whole host."""


class Plugin(Section):
    """A plugin."""

    name: str = ""
    """Name of the plugin."""
    image: OptionalImage = ""
    """Image of the plugin."""
    image_pull_policy: PullPolicy = ""
    """When the image is pulled; empty means Kubernetes' rule."""
    config: dict[str, Any] = {}
    """Configuration handed to the plugin."""
    rbac: PluginRbac = section()
    """Rules it needs."""
    command: list[str] = []
    """Replaces its command."""
    args: list[str] = []
    """Replaces its arguments."""
    security_context: SecurityContext = {}
    """Kubernetes SecurityContext of its container."""
    resources: ResourceRequirements = {}
    """Requests and limits of its container."""
    volume_mounts: list[KubeVolumeMount] = []
    """Mounts of its container."""


class LegacyPlugin(Plugin):
    """A plugin of the older kind, a sidecar."""

    version: str = ""
    """``v2`` makes it one of the newer kind."""
    env: list[EnvVar] = []
    """Extra environment variables."""
    env_from: list[EnvFromSource] = []
    """Sources of environment variables."""
    lifecycle: Lifecycle = {}
    """Lifecycle hooks of its container."""
    liveness_probe: Probe = {}
    """When its container is restarted."""
    readiness_probe: Probe = {}
    """When its container counts as ready."""
    startup_probe: Probe = {}
    """How long its container may take to start."""
    working_dir: str = ""
    """Working directory of its container."""
    optional: bool = False
    """Start without it when it is not there."""
