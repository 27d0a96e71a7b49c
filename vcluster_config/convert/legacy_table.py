"""Where every setting of the v0.19 values went, as data; ``{distro}`` stands for the distro of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vcluster_config.convert import values
from vcluster_config.model.elsewhere import OLD_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SET: Final = "controlPlane.statefulSet."
_ETCD: Final = "controlPlane.backingStore.etcd.deploy."
_ETCD_SET: Final = _ETCD + "statefulSet."
_DNS: Final = "controlPlane.coredns."


class Row(NamedTuple):
    """An old path, its new path, and how the value changes."""

    old: str
    new: str
    change: Callable[[Any], Any] | None = None


def _same(old: str, new: str, names: str) -> Iterator[Row]:
    """Settings that kept their names and moved as they were."""
    return (Row(old + name, new + name) for name in names.split())


def _metadata(old: str, new: str) -> Iterator[Row]:
    """Labels and annotations of a workload and of its pods."""
    for name in ("labels", "annotations"):
        yield Row(old + name, new + name)
    for name in ("Labels", "Annotations"):
        yield Row(f"{old}pod{name}", f"{new}pods.{name.lower()}")


def _storage(old: str, new: str) -> Iterator[Row]:
    """The volume of a workload."""
    for name, now in {"persistence": "enabled", "size": "size", "className": "storageClass"}.items():
        yield Row(old + name, f"{new}persistence.volumeClaim.{now}")


COMMON: Final[tuple[Row, ...]] = (
    Row("globalAnnotations", "controlPlane.advanced.globalMetadata.annotations"),
    Row("pro", "pro"),
    Row("headless", "experimental.isolatedControlPlane.headless"),
    Row("defaultImageRegistry", "controlPlane.advanced.defaultImageRegistry", values.without_slash),
    Row("plugin", "plugin"),
    Row("serviceCIDR", "networking.serviceCIDR"),
    Row("fallbackHostDns", "networking.advanced.fallbackHostCluster"),
    *_metadata("", _SET),
    *_same("", _SET + "scheduling.", "tolerations nodeSelector affinity priorityClassName topologySpreadConstraints"),
    Row("replicas", _SET + "highAvailability.replicas"),
    Row("mapServices.fromHost", "networking.replicateServices.fromHost"),
    Row("mapServices.fromVirtual", "networking.replicateServices.toHost"),
    Row("proxy.metricsServer.nodes.enabled", "integrations.metricsServer.nodes"),
    Row("proxy.metricsServer.pods.enabled", "integrations.metricsServer.pods"),
    Row("volumes", _SET + "persistence.addVolumes"),
    Row("serviceAccount.create", "controlPlane.advanced.serviceAccount.enabled"),
    Row("serviceAccount.name", "controlPlane.advanced.serviceAccount.name"),
    Row("serviceAccount.imagePullSecrets", "controlPlane.advanced.serviceAccount.imagePullSecrets"),
    Row("workloadServiceAccount.annotations", "controlPlane.advanced.workloadServiceAccount.annotations"),
    Row("centralAdmission.validatingWebhooks", "policies.centralAdmission.validatingWebhooks"),
    Row("centralAdmission.mutatingWebhooks", "policies.centralAdmission.mutatingWebhooks"),
    Row("telemetry.disabled", "telemetry.enabled", values.inverted),
    Row("multiNamespaceMode.enabled", "experimental.multiNamespaceMode.enabled"),
    Row("securityContext", _SET + "security.containerSecurityContext"),
    Row("podSecurityContext", _SET + "security.podSecurityContext"),
    Row("monitoring.serviceMonitor.enabled", "controlPlane.serviceMonitor.enabled"),
    Row("rbac.role.create", "rbac.role.enabled"),
    Row("rbac.role.extraRules", "rbac.role.extraRules"),
    Row("rbac.clusterRole.create", "rbac.clusterRole.enabled"),
    Row("rbac.clusterRole.extraRules", "rbac.clusterRole.extraRules"),
    Row("noopSyncer.enabled", "experimental.syncSettings.disableSync"),
    Row("noopSyncer.synck8sService", "experimental.syncSettings.rewriteKubernetesService"),
    Row("noopSyncer.secret.kubeConfig", "experimental.virtualClusterKubeConfig.kubeConfig"),
    Row("noopSyncer.secret.serverCaCert", "experimental.virtualClusterKubeConfig.serverCACert"),
    Row("noopSyncer.secret.serverCaKey", "experimental.virtualClusterKubeConfig.serverCAKey"),
    Row("noopSyncer.secret.clientCaCert", "experimental.virtualClusterKubeConfig.clientCACert"),
    Row("noopSyncer.secret.requestHeaderCaCert", "experimental.virtualClusterKubeConfig.requestHeaderCACert"),
    *_same("init.", "experimental.deploy.vcluster.", "manifests manifestsTemplate helm"),
    Row("coredns.enabled", _DNS + "enabled"),
    Row("coredns.integrated", _DNS + "embedded"),
    *_same("coredns.", _DNS + "deployment.", "replicas nodeSelector image"),
    Row("coredns.config", _DNS + "overwriteConfig"),
    Row("coredns.manifests", _DNS + "overwriteManifests"),
    Row("coredns.podLabels", _DNS + "deployment.pods.labels"),
    Row("coredns.podAnnotations", _DNS + "deployment.pods.annotations"),
    Row("coredns.resources", _DNS + "deployment.resources"),
    *_same("coredns.service.", _DNS + "service.spec.", "type externalIPs externalTrafficPolicy"),
    Row("coredns.service.annotations", _DNS + "service.annotations"),
    Row("coredns.fallback", "policies.networkPolicy.fallbackDns"),
    Row("ingress.enabled", "controlPlane.ingress.enabled"),
    Row("ingress.pathType", "controlPlane.ingress.pathType"),
    Row("ingress.ingressClassName", "controlPlane.ingress.spec.ingressClassName"),
    Row("ingress.host", "controlPlane.ingress.host"),
    Row("ingress.annotations", "controlPlane.ingress.annotations"),
    Row("ingress.tls", "controlPlane.ingress.spec.tls"),
    *_same(
        "service.",
        "controlPlane.service.spec.",
        "type externalIPs externalTrafficPolicy loadBalancerIP loadBalancerSourceRanges loadBalancerClass",
    ),
    Row("service.loadBalancerAnnotations", "controlPlane.service.annotations"),
    *_same("podDisruptionBudget.", "controlPlane.advanced.podDisruptionBudget.", "enabled minAvailable maxUnavailable"),
    Row("syncer.image", _SET + "image", values.image),
    Row("syncer.imagePullPolicy", _SET + "imagePullPolicy"),
    Row("syncer.env", _SET + "env"),
    Row("syncer.livenessProbe.enabled", _SET + "probes.livenessProbe.enabled"),
    Row("syncer.readinessProbe.enabled", _SET + "probes.readinessProbe.enabled"),
    Row("syncer.extraVolumeMounts", _SET + "persistence.addVolumeMounts"),
    Row("syncer.resources", _SET + "resources"),
    Row("syncer.serviceAnnotations", "controlPlane.service.annotations"),
    Row("syncer.replicas", _SET + "highAvailability.replicas"),
    Row("syncer.kubeConfigContextName", "exportKubeConfig.context"),
    *_storage("syncer.storage.", _SET),
    *_metadata("syncer.", _SET),
    *_same("syncer.", _SET + "scheduling.", "nodeSelector tolerations affinity priorityClassName"),
    *_storage("storage.", _SET),
    Row("storage.binariesVolume", _SET + "persistence.binariesVolume"),
    Row("embeddedEtcd.enabled", "controlPlane.backingStore.etcd.embedded.enabled"),
    Row("embeddedEtcd.migrateFromEtcd", "controlPlane.backingStore.etcd.embedded.migrateFromDeployedEtcd"),
    Row("sync.nodes.enabled", "sync.fromHost.nodes.enabled"),
    Row("sync.nodes.syncAllNodes", "sync.fromHost.nodes.selector.all"),
    Row("sync.nodes.nodeSelector", "sync.fromHost.nodes.selector.labels", values.labels),
    Row("sync.nodes.enableScheduler", "controlPlane.advanced.virtualScheduler.enabled"),
    Row("sync.nodes.syncNodeChanges", "sync.fromHost.nodes.syncBackChanges"),
    Row("sync.nodes.fakeKubeletIPs", "networking.advanced.proxyKubelets.byIP"),
    Row("sync.configmaps.all", "sync.toHost.configMaps.all"),
    Row("sync.secrets.all", "sync.toHost.secrets.all"),
    *(Row(f"sync.{old}.enabled", f"sync.{now}.enabled") for old, now in OLD_KINDS.items()),
    *(
        Row(f"sync.{old}.enabled", f"sync.fromHost.{new}.enabled")
        for old, new in {
            "csinodes": "csiNodes",
            "csidrivers": "csiDrivers",
            "csistoragecapacities": "csiStorageCapacities",
        }.items()
    ),
)

SINGLE_PROCESS: Final[tuple[Row, ...]] = (
    Row("vcluster.image", "controlPlane.distro.{distro}.image", values.image),
    *_same("vcluster.", "controlPlane.distro.{distro}.", "imagePullPolicy env resources extraArgs"),
    Row("vcluster.extraVolumeMounts", _SET + "persistence.addVolumeMounts"),
    Row("vcluster.volumeMounts", _SET + "persistence.addVolumeMounts"),
    Row("k3sToken", "controlPlane.distro.k3s.token"),
    Row("autoDeletePersistentVolumeClaims", _SET + "persistence.volumeClaim.retentionPolicy", values.retention),
)

COMPONENTS: Final[tuple[Row, ...]] = (
    *(
        row
        for old, new in {"api": "apiServer", "controller": "controllerManager", "scheduler": "scheduler"}.items()
        for row in (
            Row(f"{old}.image", f"controlPlane.distro.k8s.{new}.image", values.image),
            Row(f"{old}.imagePullPolicy", f"controlPlane.distro.k8s.{new}.imagePullPolicy"),
            Row(f"{old}.extraArgs", f"controlPlane.distro.k8s.{new}.extraArgs"),
        )
    ),
    Row("etcd.image", _ETCD_SET + "image", values.image),
    Row("etcd.imagePullPolicy", _ETCD_SET + "imagePullPolicy"),
    Row("etcd.extraArgs", _ETCD_SET + "extraArgs"),
    Row("etcd.resources", _ETCD_SET + "resources"),
    Row("etcd.volumes", _ETCD_SET + "persistence.addVolumes"),
    *_same("etcd.", _ETCD_SET + "scheduling.", "priorityClassName nodeSelector affinity tolerations"),
    Row("etcd.podAnnotations", _ETCD_SET + "pods.annotations"),
    Row("etcd.podLabels", _ETCD_SET + "pods.labels"),
    Row("etcd.securityContext", _ETCD_SET + "security.podSecurityContext"),
    Row("etcd.serviceAnnotations", _ETCD + "service.annotations"),
    Row("etcd.replicas", _ETCD_SET + "highAvailability.replicas"),
    Row("etcd.labels", _ETCD_SET + "labels"),
    Row("etcd.annotations", _ETCD_SET + "annotations"),
    *_storage("etcd.storage.", _ETCD_SET),
    Row(
        "etcd.autoDeletePersistentVolumeClaims",
        _ETCD_SET + "persistence.volumeClaim.retentionPolicy",
        values.retention,
    ),
)

ISOLATION: Final[tuple[Row, ...]] = (
    *_same("isolation.", "policies.", "podSecurityStandard resourceQuota limitRange"),
    Row("isolation.networkPolicy.enabled", "policies.networkPolicy.enabled"),
    Row("isolation.networkPolicy.outgoingConnections", "policies.networkPolicy.outgoingConnections"),
)

ADVICE: Final[dict[str, str]] = {
    "isolation.namespace": "workloads run in the namespace of the release",
    "isolation.nodeProxyPermission": "the node API needs no such right any more",
    "rbac.role.excludedApiResources": "list all rules in rbac.role.overwriteRules instead",
    "coredns.plugin": "write the rules as networking.resolveDNS",
    "vcluster.command": "use controlPlane.distro.k3s.command or k0s.command",
    "vcluster.baseArgs": "use controlPlane.distro.k3s.command or k0s.command",
    "vcluster.priorityClassName": "use controlPlane.statefulSet.scheduling.priorityClassName",
    "syncer.volumeMounts": "use controlPlane.statefulSet.persistence.addVolumeMounts",
    "sync.generic": "use sync.toHost.customResources and sync.fromHost.customResources",
    "syncer.extraArgs": "write the setting that the flag stood for",
    "proLicenseSecret": "remove it; nothing is paid for",
}
