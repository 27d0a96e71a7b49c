"""Where every setting of the v0.19 values went, as data; ``{distro}`` stands for the distro of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from vcluster_config.convert import values

if TYPE_CHECKING:
    from collections.abc import Callable

_SET: Final = "controlPlane.statefulSet."
_ETCD: Final = "controlPlane.backingStore.etcd.deploy."
_RETENTION: Final = "statefulSet.persistence.volumeClaim.retentionPolicy"
_DNS: Final = "controlPlane.coredns."


class Row(NamedTuple):
    """An old path, its new path, and how the value changes."""

    old: str
    new: str
    change: Callable[[Any], Any] | None = None


COMMON: Final[tuple[Row, ...]] = (
    Row("globalAnnotations", "controlPlane.advanced.globalMetadata.annotations"),
    Row("pro", "pro"),
    Row("headless", "experimental.isolatedControlPlane.headless"),
    Row("defaultImageRegistry", "controlPlane.advanced.defaultImageRegistry", values.without_slash),
    Row("plugin", "plugin"),
    Row("serviceCIDR", "networking.serviceCIDR"),
    Row("fallbackHostDns", "networking.advanced.fallbackHostCluster"),
    Row("labels", _SET + "labels"),
    Row("annotations", _SET + "annotations"),
    Row("podLabels", _SET + "pods.labels"),
    Row("podAnnotations", _SET + "pods.annotations"),
    Row("tolerations", _SET + "scheduling.tolerations"),
    Row("nodeSelector", _SET + "scheduling.nodeSelector"),
    Row("affinity", _SET + "scheduling.affinity"),
    Row("priorityClassName", _SET + "scheduling.priorityClassName"),
    Row("topologySpreadConstraints", _SET + "scheduling.topologySpreadConstraints"),
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
    Row("init.manifests", "experimental.deploy.vcluster.manifests"),
    Row("init.manifestsTemplate", "experimental.deploy.vcluster.manifestsTemplate"),
    Row("init.helm", "experimental.deploy.vcluster.helm"),
    Row("coredns.enabled", _DNS + "enabled"),
    Row("coredns.integrated", _DNS + "embedded"),
    Row("coredns.replicas", _DNS + "deployment.replicas"),
    Row("coredns.nodeSelector", _DNS + "deployment.nodeSelector"),
    Row("coredns.image", _DNS + "deployment.image"),
    Row("coredns.config", _DNS + "overwriteConfig"),
    Row("coredns.manifests", _DNS + "overwriteManifests"),
    Row("coredns.podLabels", _DNS + "deployment.pods.labels"),
    Row("coredns.podAnnotations", _DNS + "deployment.pods.annotations"),
    Row("coredns.resources", _DNS + "deployment.resources"),
    Row("coredns.service.type", _DNS + "service.spec.type"),
    Row("coredns.service.externalIPs", _DNS + "service.spec.externalIPs"),
    Row("coredns.service.externalTrafficPolicy", _DNS + "service.spec.externalTrafficPolicy"),
    Row("coredns.service.annotations", _DNS + "service.annotations"),
    Row("coredns.fallback", "policies.networkPolicy.fallbackDns"),
    Row("ingress.enabled", "controlPlane.ingress.enabled"),
    Row("ingress.pathType", "controlPlane.ingress.pathType"),
    Row("ingress.ingressClassName", "controlPlane.ingress.spec.ingressClassName"),
    Row("ingress.host", "controlPlane.ingress.host"),
    Row("ingress.annotations", "controlPlane.ingress.annotations"),
    Row("ingress.tls", "controlPlane.ingress.spec.tls"),
    Row("service.type", "controlPlane.service.spec.type"),
    Row("service.externalIPs", "controlPlane.service.spec.externalIPs"),
    Row("service.externalTrafficPolicy", "controlPlane.service.spec.externalTrafficPolicy"),
    Row("service.loadBalancerIP", "controlPlane.service.spec.loadBalancerIP"),
    Row("service.loadBalancerSourceRanges", "controlPlane.service.spec.loadBalancerSourceRanges"),
    Row("service.loadBalancerClass", "controlPlane.service.spec.loadBalancerClass"),
    Row("service.loadBalancerAnnotations", "controlPlane.service.annotations"),
    Row("podDisruptionBudget.enabled", "controlPlane.advanced.podDisruptionBudget.enabled"),
    Row("podDisruptionBudget.minAvailable", "controlPlane.advanced.podDisruptionBudget.minAvailable"),
    Row("podDisruptionBudget.maxUnavailable", "controlPlane.advanced.podDisruptionBudget.maxUnavailable"),
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
    Row("syncer.storage.persistence", _SET + "persistence.volumeClaim.enabled"),
    Row("syncer.storage.size", _SET + "persistence.volumeClaim.size"),
    Row("syncer.storage.className", _SET + "persistence.volumeClaim.storageClass"),
    Row("syncer.labels", _SET + "labels"),
    Row("syncer.annotations", _SET + "annotations"),
    Row("syncer.podLabels", _SET + "pods.labels"),
    Row("syncer.podAnnotations", _SET + "pods.annotations"),
    Row("syncer.nodeSelector", _SET + "scheduling.nodeSelector"),
    Row("syncer.tolerations", _SET + "scheduling.tolerations"),
    Row("syncer.affinity", _SET + "scheduling.affinity"),
    Row("syncer.priorityClassName", _SET + "scheduling.priorityClassName"),
    Row("storage.persistence", _SET + "persistence.volumeClaim.enabled"),
    Row("storage.size", _SET + "persistence.volumeClaim.size"),
    Row("storage.className", _SET + "persistence.volumeClaim.storageClass"),
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
    *(
        Row(f"sync.{old}.enabled", f"sync.toHost.{new}.enabled")
        for old, new in {
            "services": "services",
            "configmaps": "configMaps",
            "secrets": "secrets",
            "endpoints": "endpoints",
            "pods": "pods",
            "persistentvolumeclaims": "persistentVolumeClaims",
            "ingresses": "ingresses",
            "persistentvolumes": "persistentVolumes",
            "storageclasses": "storageClasses",
            "priorityclasses": "priorityClasses",
            "networkpolicies": "networkPolicies",
            "volumesnapshots": "volumeSnapshots",
            "poddisruptionbudgets": "podDisruptionBudgets",
            "serviceaccounts": "serviceAccounts",
        }.items()
    ),
    *(
        Row(f"sync.{old}.enabled", f"sync.fromHost.{new}.enabled")
        for old, new in {
            "events": "events",
            "ingressclasses": "ingressClasses",
            "hoststorageclasses": "storageClasses",
            "csinodes": "csiNodes",
            "csidrivers": "csiDrivers",
            "csistoragecapacities": "csiStorageCapacities",
        }.items()
    ),
)

SINGLE_PROCESS: Final[tuple[Row, ...]] = (
    Row("vcluster.image", "controlPlane.distro.{distro}.image", values.image),
    Row("vcluster.imagePullPolicy", "controlPlane.distro.{distro}.imagePullPolicy"),
    Row("vcluster.env", "controlPlane.distro.{distro}.env"),
    Row("vcluster.resources", "controlPlane.distro.{distro}.resources"),
    Row("vcluster.extraArgs", "controlPlane.distro.{distro}.extraArgs"),
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
    Row("etcd.image", _ETCD + "statefulSet.image", values.image),
    Row("etcd.imagePullPolicy", _ETCD + "statefulSet.imagePullPolicy"),
    Row("etcd.extraArgs", _ETCD + "statefulSet.extraArgs"),
    Row("etcd.resources", _ETCD + "statefulSet.resources"),
    Row("etcd.volumes", _ETCD + "statefulSet.persistence.addVolumes"),
    Row("etcd.priorityClassName", _ETCD + "statefulSet.scheduling.priorityClassName"),
    Row("etcd.nodeSelector", _ETCD + "statefulSet.scheduling.nodeSelector"),
    Row("etcd.affinity", _ETCD + "statefulSet.scheduling.affinity"),
    Row("etcd.tolerations", _ETCD + "statefulSet.scheduling.tolerations"),
    Row("etcd.podAnnotations", _ETCD + "statefulSet.pods.annotations"),
    Row("etcd.podLabels", _ETCD + "statefulSet.pods.labels"),
    Row("etcd.securityContext", _ETCD + "statefulSet.security.podSecurityContext"),
    Row("etcd.serviceAnnotations", _ETCD + "service.annotations"),
    Row("etcd.replicas", _ETCD + "statefulSet.highAvailability.replicas"),
    Row("etcd.labels", _ETCD + "statefulSet.labels"),
    Row("etcd.annotations", _ETCD + "statefulSet.annotations"),
    Row("etcd.storage.persistence", _ETCD + "statefulSet.persistence.volumeClaim.enabled"),
    Row("etcd.storage.size", _ETCD + "statefulSet.persistence.volumeClaim.size"),
    Row("etcd.storage.className", _ETCD + "statefulSet.persistence.volumeClaim.storageClass"),
    Row(
        "etcd.autoDeletePersistentVolumeClaims",
        _ETCD + "statefulSet.persistence.volumeClaim.retentionPolicy",
        values.retention,
    ),
)

ISOLATION: Final[tuple[Row, ...]] = (
    Row("isolation.podSecurityStandard", "policies.podSecurityStandard"),
    Row("isolation.resourceQuota", "policies.resourceQuota"),
    Row("isolation.limitRange", "policies.limitRange"),
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
