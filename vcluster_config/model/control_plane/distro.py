"""``controlPlane.distro``: which Kubernetes runs inside, from which images, with which arguments."""

from typing import Final

from vcluster_config.model.base import Section, section
from vcluster_config.model.shared import Image, Resources
from vcluster_config.model.types import (
    EnvVar,
    OptionalRegistry,
    OptionalRepository,
    OptionalTag,
    OptionalVersion,
    PullPolicy,
    Quantities,
    SecurityContext,
)

KUBERNETES_VERSION: Final = "v1.36.3"
"""Version of all components unless another one is chosen."""


class ApiServerImage(Image):
    """Image of kube-apiserver."""

    registry: OptionalRegistry = "registry.k8s.io"
    """Registry host, without a scheme."""
    repository: OptionalRepository = "kube-apiserver"
    """Repository within the registry."""
    tag: OptionalTag = KUBERNETES_VERSION
    """Tag; this default follows version."""


class ControllerManagerImage(ApiServerImage):
    """Image of kube-controller-manager."""

    repository: OptionalRepository = "kube-controller-manager"
    """Repository within the registry."""


class SchedulerImage(ApiServerImage):
    """Image of kube-scheduler."""

    repository: OptionalRepository = "kube-scheduler"
    """Repository within the registry."""


class K3sImage(Image):
    """Image of k3s."""

    repository: OptionalRepository = "rancher/k3s"
    """Repository within the registry."""
    tag: OptionalTag = "v1.32.1-k3s1"
    """Tag; chooses the version."""


class K0sImage(Image):
    """Image of k0s."""

    repository: OptionalRepository = "k0sproject/k0s"
    """Repository within the registry."""
    tag: OptionalTag = "v1.30.2-k0s.0"
    """Tag; chooses the version."""


class Component(Section):
    """Image and arguments of one component."""

    image_pull_policy: PullPolicy = ""
    """When the image is pulled; empty means Kubernetes' rule."""
    command: list[str] = []
    """Replaces the whole command line."""
    extra_args: list[str] = []
    """Arguments added to the computed ones; the last of equal flags wins."""


class ApiServer(Component):
    """kube-apiserver."""

    enabled: bool = True
    """Run it; a virtual cluster cannot do without."""
    image: ApiServerImage = section()
    """Its image."""


class ControllerManager(Component):
    """kube-controller-manager."""

    enabled: bool = True
    """Run it."""
    image: ControllerManagerImage = section()
    """Its image."""


class Scheduler(Component):
    """kube-scheduler."""

    enabled: bool = False
    """Schedule pods inside the virtual cluster; needs sync.fromHost.nodes.enabled."""
    image: SchedulerImage = section()
    """Its image."""


class DistroResources(Resources):
    """Requests and limits of the containers that prepare a distro."""

    limits: Quantities = {"cpu": "100m", "memory": "256Mi"}
    """The most such a container may use."""
    requests: Quantities = {"cpu": "40m", "memory": "64Mi"}
    """What the scheduler sets aside for such a container."""


class DistroCommon(Section):
    """What all distros share."""

    enabled: bool = False
    """Choose this distro; k8s is the choice when none is enabled."""
    env: list[EnvVar] = []
    """Extra environment variables."""
    resources: DistroResources = section()
    """Requests and limits of the containers that prepare the distro."""
    security_context: SecurityContext = {}
    """Kubernetes SecurityContext of the distro's containers."""


class DistroK8s(DistroCommon):
    """Stock Kubernetes from the official images."""

    version: OptionalVersion = ""
    """Kubernetes version of all components, such as v1.35.2; empty means the default of the images."""
    api_server: ApiServer = section()
    """kube-apiserver."""
    controller_manager: ControllerManager = section()
    """kube-controller-manager."""
    scheduler: Scheduler = section()
    """kube-scheduler."""


class DistroK3s(DistroCommon, Component):
    """k3s, one process for all components."""

    token: str = ""
    """Cluster token; empty means one is made and kept in Secret ``vc-k3s-NAME``."""
    image: K3sImage = section()
    """Its image."""


class DistroK0s(DistroCommon, Component):
    """k0s, one process for all components."""

    config: str = ""
    """Replaces the computed k0s configuration."""
    image: K0sImage = section()
    """Its image."""


class Distro(Section):
    """Which Kubernetes runs inside; at most one is enabled."""

    k8s: DistroK8s = section()
    """Stock Kubernetes."""
    k3s: DistroK3s = section()
    """k3s."""
    k0s: DistroK0s = section()
    """k0s."""
