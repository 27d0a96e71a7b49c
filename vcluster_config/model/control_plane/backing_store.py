"""``controlPlane.backingStore``: where the virtual cluster keeps its objects."""

from typing import Literal

from vcluster_config.model.base import Section, section
from vcluster_config.model.control_plane.volumes import Volumes
from vcluster_config.model.shared import Image, Metadata, Resources, Scheduling, Security, Switch
from vcluster_config.model.types import (
    Annotations,
    EnvVar,
    Members,
    OptionalDataSource,
    OptionalDnsName,
    OptionalHostPort,
    OptionalRegistry,
    OptionalRepository,
    OptionalTag,
    PersistentVolumeClaim,
    Positive,
    PullPolicy,
    Quantities,
    Quantity,
)


class EmbeddedEtcd(Switch):
    """etcd as a container of the control-plane pod."""

    migrate_from_deployed_etcd: bool = False
    """Take over the data of the etcd that the chart deployed."""
    snapshot_count: Positive | None = None
    """Transactions between snapshots on disk."""
    extra_args: list[str] = []
    """Arguments added to the computed ones."""


class EtcdImage(Image):
    """Image of etcd."""

    registry: OptionalRegistry = "registry.k8s.io"
    """Registry host, without a scheme."""
    repository: OptionalRepository = "etcd"
    """Repository within the registry."""
    tag: OptionalTag = "3.5.21-0"
    """Tag."""


class EtcdResources(Resources):
    """Requests and limits of etcd."""

    requests: Quantities = {"cpu": "20m", "memory": "150Mi"}
    """What the scheduler sets aside for etcd."""


class EtcdHighAvailability(Section):
    """Number of etcd members."""

    replicas: Members = 1
    """Members; an odd number."""


class EtcdVolumeClaim(Section):
    """The claim of an etcd member."""

    enabled: bool = True
    """Use a claim; false keeps the data only as long as the pod."""
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


class EtcdPersistence(Volumes):
    """Storage of etcd members."""

    volume_claim: EtcdVolumeClaim = section()
    """The claim of a member."""
    volume_claim_templates: list[PersistentVolumeClaim] = []
    """Replaces the computed claim."""


class EtcdStatefulSet(Metadata):
    """The StatefulSet of etcd."""

    enabled: bool = True
    """Render it; false means an etcd of the same Service names runs already."""
    enable_service_links: bool = True
    """Inject environment variables for Services."""
    image: EtcdImage = section()
    """Its image."""
    image_pull_policy: PullPolicy = ""
    """When the image is pulled; empty means Kubernetes' rule."""
    env: list[EnvVar] = []
    """Extra environment variables."""
    extra_args: list[str] = []
    """Arguments added to the computed ones."""
    resources: EtcdResources = section()
    """Requests and limits."""
    pods: Metadata = section()
    """Labels and annotations of the pods."""
    high_availability: EtcdHighAvailability = section()
    """Number of members."""
    scheduling: Scheduling = section()
    """Where the pods may run."""
    security: Security = section()
    """Security contexts."""
    persistence: EtcdPersistence = section()
    """Storage."""


class EtcdService(Section):
    """The Service of etcd."""

    enabled: bool = True
    """Render it; false means the headless name is used."""
    annotations: Annotations = {}
    """Annotations added to the Service."""


class EtcdHeadlessService(Section):
    """The headless Service of etcd."""

    annotations: Annotations = {}
    """Annotations added to the Service."""


class DeployedEtcd(Switch):
    """An etcd that the chart deploys beside the control plane."""

    stateful_set: EtcdStatefulSet = section()
    """Its StatefulSet."""
    service: EtcdService = section()
    """Its Service."""
    headless_service: EtcdHeadlessService = section()
    """Its headless Service."""


class EtcdTls(Section):
    """Files for connections to etcd."""

    ca_file: str = ""
    """CA certificate."""
    cert_file: str = ""
    """Client certificate."""
    key_file: str = ""
    """Client key."""


class ExternalEtcd(Switch):
    """An etcd that somebody else runs."""

    endpoint: OptionalHostPort = ""
    """Where it is, ``host:port``."""
    tls: EtcdTls = section()
    """Files for connections."""


class Etcd(Section):
    """etcd, in three ways."""

    embedded: EmbeddedEtcd = section()
    """In the control-plane pod."""
    deploy: DeployedEtcd = section()
    """Deployed by the chart."""
    external: ExternalEtcd = section()
    """Run by somebody else."""


class KineDatabase(Switch):
    """A database behind kine."""

    data_source: OptionalDataSource = ""
    """Where the database is: ``mysql://user:password@tcp(host:3306)/name`` or ``postgres://…``."""
    key_file: str = ""
    """Client key."""
    cert_file: str = ""
    """Client certificate."""
    ca_file: str = ""
    """CA certificate."""
    identity_provider: Literal["", "aws", "azure", "gcp"] = ""
    """Cloud whose identity tokens replace the password."""
    extra_args: list[str] = []
    """Arguments added to those of kine."""


class ExternalDatabase(KineDatabase):
    """A MySQL or PostgreSQL that somebody else runs."""

    connector: str = ""
    """Has no effect: there is no platform that holds connectors."""


class Database(Section):
    """SQL databases behind kine."""

    embedded: KineDatabase = section()
    """SQLite in the control-plane pod; the choice when no store is enabled."""
    external: ExternalDatabase = section()
    """A database that somebody else runs."""


class BackingStore(Section):
    """Where the virtual cluster keeps its objects; at most one is enabled."""

    etcd: Etcd = section()
    """etcd."""
    database: Database = section()
    """SQL databases."""
