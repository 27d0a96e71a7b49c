"""``controlPlane.statefulSet``: the workload that runs the control plane."""

from typing import Annotated, Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.control_plane.volumes import Volumes
from vcluster_config.model.shared import Image, Metadata, Resources, Scheduling, Security
from vcluster_config.model.types import (
    ADDRESS,
    HOST_NAME,
    AutoBool,
    Container,
    Count,
    EnvVar,
    OptionalAddress,
    OptionalDnsName,
    OptionalRepository,
    OptionalTag,
    PersistentVolumeClaim,
    Positive,
    PullPolicy,
    Quantities,
    Quantity,
    Replicas,
    Volume,
)


class SyncerImage(Image):
    """Image of the syncer."""

    repository: OptionalRepository = "vcluster-syncer"
    """Repository within the registry."""
    tag: OptionalTag = ""
    """Tag; empty means the version of this compiler."""


class HighAvailability(Section):
    """Replicas and leader election; times in seconds."""

    replicas: Replicas = 1
    """Number of pods; more than one needs a store that several can share."""
    lease_duration: Positive = 60
    """Seconds until a lease that was not renewed can be taken."""
    renew_deadline: Positive = 40
    """Seconds a leader tries to renew before it gives up; less than leaseDuration."""
    retry_period: Positive = 15
    """Seconds between tries; less than renewDeadline."""


class StatefulSetResources(Resources):
    """Requests and limits of the control plane."""

    limits: Quantities = {"ephemeral-storage": "8Gi", "memory": "2Gi"}
    """The most the control plane may use."""
    requests: Quantities = {"ephemeral-storage": "400Mi", "cpu": "200m", "memory": "256Mi"}
    """What the scheduler sets aside for the control plane."""


class VolumeClaim(Section):
    """The claim of the control plane."""

    enabled: AutoBool = "auto"
    """Use a claim; auto means when the store is in the pod."""
    access_modes: list[Literal["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"]] = [
        "ReadWriteOnce"
    ]
    """Access modes of the claim."""
    retention_policy: Literal["Retain", "Delete"] = "Retain"
    """What happens to the claim when the StatefulSet is deleted."""
    size: Quantity = "5Gi"
    """Size of the volume; cannot be changed after installation."""
    storage_class: OptionalDnsName = ""
    """StorageClass; empty means the default of the host."""


class Persistence(Volumes):
    """Storage of the control plane."""

    volume_claim: VolumeClaim = section()
    """The claim."""
    volume_claim_templates: list[PersistentVolumeClaim] = []
    """Replaces the computed claim."""
    data_volume: list[Volume] = []
    """Replaces the volume ``data`` when no claim is used."""
    binaries_volume: list[Volume] = [{"name": "binaries", "emptyDir": {}}]
    """Has no effect: no binaries are copied between images."""


class Probe(Section):
    """A probe of the control plane; times in seconds."""

    enabled: bool = True
    """Use it."""
    failure_threshold: Positive = 60
    """Failures in a row that count."""
    timeout_seconds: Positive = 3
    """Seconds to wait for an answer."""
    period_seconds: Positive = 2
    """Seconds between two tries."""


class LivenessProbe(Probe):
    """When containers are restarted."""

    initial_delay_seconds: Count = 60
    """Seconds before the first try."""


class StartupProbe(Probe):
    """How long containers may take to start."""

    failure_threshold: Positive = 300
    """Failures in a row that count."""
    period_seconds: Positive = 6
    """Seconds between two tries."""


class Probes(Section):
    """Probes of the control plane."""

    liveness_probe: LivenessProbe = section()
    """When containers are restarted."""
    readiness_probe: Probe = section()
    """When the pod gets traffic."""
    startup_probe: StartupProbe = section()
    """How long containers may take to start."""


class DnsOption(Section):
    """An option of the resolver."""

    name: str = ""
    """Name of the option."""
    value: str | None = None
    """Value of the option."""


class DnsConfig(Section):
    """Resolver settings of the control-plane pod."""

    nameservers: list[Annotated[str, ADDRESS]] = []
    """Addresses of DNS servers."""
    searches: list[str] = []
    """Search domains."""
    options: list[DnsOption] = []
    """Options of the resolver."""


class HostAlias(Section):
    """An entry of /etc/hosts."""

    ip: OptionalAddress = ""
    """Address."""
    hostnames: list[Annotated[str, HOST_NAME]] = []
    """Names of the address."""


class StatefulSet(Metadata):
    """The workload that runs the control plane."""

    high_availability: HighAvailability = section()
    """Replicas and leader election."""
    resources: StatefulSetResources = section()
    """Requests and limits of the control plane."""
    scheduling: Scheduling = section()
    """Where the pods may run."""
    security: Security = section()
    """Security contexts; the default meets the restricted Pod Security Standard."""
    probes: Probes = section()
    """Probes."""
    persistence: Persistence = section()
    """Storage."""
    enable_service_links: bool = True
    """Inject environment variables for Services."""
    pods: Metadata = section()
    """Labels and annotations of the pods."""
    image: SyncerImage = section()
    """Image of the syncer."""
    image_pull_policy: PullPolicy = ""
    """When the image is pulled; empty means Kubernetes' rule."""
    working_dir: str = ""
    """Working directory of the syncer."""
    command: list[str] = []
    """Replaces the syncer's command."""
    args: list[str] = []
    """Replaces the syncer's arguments."""
    env: list[EnvVar] = []
    """Extra environment variables of the syncer."""
    dns_policy: Literal["", "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"] = ""
    """DNS policy of the pod."""
    dns_config: DnsConfig | None = None
    """Resolver settings of the pod."""
    host_aliases: list[HostAlias] = []
    """Entries of /etc/hosts."""
    init_containers: list[Container] = []
    """Extra init containers, run before ours."""
    sidecar_containers: list[Container] = []
    """Extra containers beside ours."""
    runtime_class_name: OptionalDnsName = ""
    """RuntimeClass of the pods."""
