"""The frozen, versioned configuration that the compiler writes and the syncer executes without deciding anything anew.

JSON keys are camelCase. Unknown keys are refused, so a syncer never runs half of a newer configuration.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

FORMAT_VERSION: Final = 1


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Base of all sections: immutable, strict, camelCase on the wire."""


class Switch(_Section, frozen=True):
    """A kind that is only on or off."""

    enabled: bool = False


class UsedOrAll(_Section, frozen=True):
    """ConfigMaps and Secrets: all of them, or those that synced objects use."""

    enabled: bool = True
    all: bool = False


class RewriteHosts(_Section, frozen=True):
    """The init container that gives pods with a subdomain their own FQDN in /etc/hosts."""

    enabled: bool = True
    image: str = "library/alpine:3.20"
    resources: dict[str, Any] = {}


class PodSync(_Section, frozen=True):
    """How virtual pods become host pods."""

    enabled: bool = True
    translate_image: dict[str, str] = {}
    enforce_tolerations: tuple[dict[str, str], ...] = ()
    runtime_class_name: str = ""
    priority_class_name: str = ""
    rewrite_hosts: RewriteHosts = RewriteHosts()


class ToHost(_Section, frozen=True):
    """Kinds that flow from the virtual cluster to the host."""

    pods: PodSync = PodSync()
    services: Switch = Switch(enabled=True)
    endpoints: Switch = Switch(enabled=True)
    endpoint_slices: Switch = Switch(enabled=True)
    config_maps: UsedOrAll = UsedOrAll()
    secrets: UsedOrAll = UsedOrAll()
    persistent_volume_claims: Switch = Switch(enabled=True)
    service_accounts: Switch = Switch()
    priority_classes: Switch = Switch()


class NodeSelector(_Section, frozen=True):
    """Which host nodes are mirrored when real nodes are synced."""

    all: bool = False
    labels: dict[str, str] = {}


class NodeSync(_Section, frozen=True):
    """Real nodes when enabled, otherwise one virtual node for each host node that runs our pods."""

    enabled: bool = False
    selector: NodeSelector = NodeSelector()
    clear_image_status: bool = False


class FromHost(_Section, frozen=True):
    """Kinds that flow from the host into the virtual cluster."""

    events: Switch = Switch(enabled=True)
    nodes: NodeSync = NodeSync()
    storage_classes: Switch = Switch()


class Networking(_Section, frozen=True):
    """Addresses, cluster domain and how kubelets are reached."""

    service_cidr: str = ""
    """Service range of the host, two families with a comma; empty means that bootstrap finds it."""
    cluster_domain: str = "cluster.local"
    proxy_kubelets_by_hostname: bool = True
    proxy_kubelets_by_ip: bool = True


class Dns(_Section, frozen=True):
    """Cluster DNS; its objects are part of ``manifests`` and are applied before the syncer reports ready."""

    enabled: bool = True
    service_namespace: str = "kube-system"
    service_name: str = "kube-dns"


class KubeconfigServiceAccount(_Section, frozen=True):
    """A virtual ServiceAccount whose token replaces the client certificate."""

    name: str = ""
    namespace: str = ""
    cluster_role: str = ""


class KubeconfigExport(_Section, frozen=True):
    """One exported kubeconfig Secret; empty strings mean the defaults (``vc-NAME``, own namespace)."""

    secret_name: str = ""
    secret_namespace: str = ""
    context: str = ""
    server: str = ""
    insecure: bool = False
    service_account: KubeconfigServiceAccount = KubeconfigServiceAccount()


class Leadership(_Section, frozen=True):
    """Lease timings in seconds, Kubernetes' leader election semantics."""

    enabled: bool = False
    lease_duration: int = 60
    renew_deadline: int = 40
    retry_period: int = 15


class MetricsServer(_Section, frozen=True):
    """metrics.k8s.io inside the virtual cluster, from the host's figures for our own pods; nodes only when wanted."""

    enabled: bool = False
    nodes: bool = True
    pods: bool = True


class SyncerConfig(_Section, frozen=True):
    """Everything the syncer does, decided ahead of time. Names of the release come from the environment."""

    format_version: Literal[1] = FORMAT_VERSION
    distro: Literal["k8s", "k3s", "k0s"] = "k8s"
    kubernetes_version: str = "v1.36.3"
    to_host: ToHost = ToHost()
    from_host: FromHost = FromHost()
    networking: Networking = Networking()
    dns: Dns = Dns()
    metrics_server: MetricsServer = MetricsServer()
    kubeconfigs: tuple[KubeconfigExport, ...] = (KubeconfigExport(),)
    extra_sans: tuple[str, ...] = ()
    leadership: Leadership = Leadership()
    set_owner: bool = True
    workload_service_account: str = ""
    manifests: tuple[dict[str, Any], ...] = ()
    """Objects applied to the virtual cluster by server-side apply at start, in this order (CoreDNS, init manifests)."""
    virtual_scheduler: bool = False
    """A scheduler inside decides: pods reach the host with their node, and nothing else that would choose one."""
    etcd: Literal["", "embedded", "deployed"] = ""
    """An etcd of ours, whose certificates bootstrap makes: in this pod, or in pods of its own."""
    k0s_config: dict[str, Any] = {}
    """Configuration file of k0s, which bootstrap completes with the service range and alternative names."""
    webhooks: tuple[dict[str, Any], ...] = ()
    """Webhook configurations that nobody inside can see or change; bootstrap writes them for the API server."""
    pod_security_standard: Literal["", "privileged", "baseline", "restricted"] = ""
    """Level that the virtual API server enforces where a namespace does not choose its own (PodSecurity defaults)."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"


def decode(raw: bytes) -> SyncerConfig:
    """Read a compiled configuration.

    Raises:
        msgspec.ValidationError: the JSON is not a configuration of this version; the message names the path.
    """
    return msgspec.json.decode(raw, type=SyncerConfig)


def encode(config: SyncerConfig) -> bytes:
    """Write a configuration; equal configurations give equal bytes."""
    return msgspec.json.format(msgspec.json.encode(config, order="deterministic"), indent=2) + b"\n"
