"""Settings that are understood and change nothing, each with the reason; whoever builds one removes its row.

A test flips every setting and fails when one changes nothing without a row here, and when a row is no longer true.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity


class Effect(NamedTuple):
    """Why a setting changes nothing. In ``path``, ``*`` is any key or index."""

    path: str
    reason: str
    code: Code = Code.NO_EFFECT_YET
    severity: Severity = Severity.WARNING


def _never(path: str, reason: str) -> Effect:
    return Effect(path, reason, Code.NO_EFFECT, Severity.INFO)


def _needed(path: str, reason: str) -> Effect:
    """A setting without which the result would be something else than asked for: data, place or protection."""
    return Effect(path, reason, Code.NO_EFFECT_YET, Severity.ERROR)


_KIND: Final = "this kind is not synced yet"
_PATCHES: Final = "patches are not applied yet"
_OPERATOR: Final = "this integration is not built yet"
_SELECTOR: Final = "all objects of the kind are synced"
_DNS: Final = "extra DNS rules are not applied yet"
_SLEEP: Final = "virtual clusters do not sleep yet"
_GENERIC: Final = "the older generic sync is not built; sync.toHost.customResources replaces it"
_PLUGINS: Final = "plugins of upstream's syncer cannot be loaded"
_FILES: Final = "the files are made by the control plane itself"
_TOKENS: Final = "kine signs in with the password of the dataSource"
_NEVER_SENT: Final = "telemetry is never sent"

EFFECTS: Final[tuple[Effect, ...]] = (
    _never("global", "Helm's global values are not read"),
    _never("external", "settings of other tools are not read"),
    _never("pro", "nothing is paid for"),
    _never("telemetry.enabled", _NEVER_SENT),
    _never("telemetry.instanceCreator", _NEVER_SENT),
    _never("telemetry.machineID", _NEVER_SENT),
    _never("telemetry.platformUserID", _NEVER_SENT),
    _never("telemetry.platformInstanceID", _NEVER_SENT),
    _never("experimental.reuseNamespace", "several virtual clusters may always share a namespace"),
    _never("controlPlane.statefulSet.persistence.binariesVolume", "no binaries are copied between images"),
    _never("sync.toHost.pods.useSecretsForSATokens", "tokens are always kept in Secrets"),
    _never("policies.networkPolicy.outgoingConnections.platform", "there is no platform to reach"),
    _never("controlPlane.backingStore.database.external.connector", "there is no platform that holds connectors"),
    _never("policies.centralAdmission.*.*.kind", "the list says which kind it is"),
    _never("policies.centralAdmission.*.*.apiVersion", "it is always admissionregistration.k8s.io/v1"),
    Effect("sync.*.*.patches", _PATCHES),
    Effect("sync.*.customResources.*.patches", _PATCHES),
    Effect("sync.toHost.gatewayApi.*.patches", _PATCHES),
    Effect("sync.toHost.pods.hybridScheduling", "only one scheduler decides for all pods"),
    Effect("sync.toHost.ingresses.enabled", _KIND),
    Effect("sync.toHost.networkPolicies.enabled", _KIND, severity=Severity.ERROR),
    Effect("sync.toHost.persistentVolumes.enabled", _KIND),
    Effect("sync.toHost.storageClasses.enabled", _KIND),
    Effect("sync.toHost.podDisruptionBudgets.enabled", _KIND),
    Effect("sync.toHost.volumeSnapshots.enabled", _KIND),
    Effect("sync.toHost.volumeSnapshotContents.enabled", _KIND),
    Effect("sync.toHost.customResources", "custom resources are not synced yet"),
    _needed("sync.toHost.namespaces", "all virtual namespaces share the host namespace of the release"),
    Effect("sync.toHost.gatewayApi", _KIND),
    Effect("sync.toHost.resourceClaims.enabled", _KIND),
    Effect("sync.toHost.resourceClaimTemplates.enabled", _KIND),
    Effect("sync.fromHost.nodes.syncBackChanges", "nodes of the host are never written"),
    Effect("sync.fromHost.ingressClasses", _KIND),
    Effect("sync.fromHost.runtimeClasses", _KIND),
    Effect("sync.fromHost.priorityClasses", _KIND),
    Effect("sync.fromHost.storageClasses.selector", _SELECTOR),
    Effect("sync.fromHost.csiNodes.enabled", _KIND),
    Effect("sync.fromHost.csiDrivers.enabled", _KIND),
    Effect("sync.fromHost.csiStorageCapacities.enabled", _KIND),
    Effect("sync.fromHost.customResources", "custom resources are not synced yet"),
    Effect("sync.fromHost.volumeSnapshotClasses.enabled", _KIND),
    Effect("sync.fromHost.configMaps", _KIND),
    Effect("sync.fromHost.secrets", _KIND),
    Effect("sync.fromHost.deviceClasses", _KIND),
    Effect("sync.fromHost.gatewayClasses", _KIND),
    Effect("sync.fromHost.gateways", _KIND),
    _never("integrations.metricsServer.apiService", "the host's API server knows where its metrics server is"),
    Effect("integrations.kubeVirt", _OPERATOR),
    Effect("integrations.externalSecrets", _OPERATOR),
    Effect("integrations.certManager", _OPERATOR),
    Effect("integrations.istio", _OPERATOR),
    Effect("networking.replicateServices", "Services are not replicated yet"),
    Effect("networking.resolveDNS", _DNS),
    _needed("controlPlane.backingStore.etcd.embedded.migrateFromDeployedEtcd", "no data is taken from another etcd"),
    _needed("controlPlane.backingStore.database.external.identityProvider", _TOKENS),
    _needed("controlPlane.backingStore.database.embedded.identityProvider", _TOKENS),
    Effect("controlPlane.coredns.embedded", "CoreDNS always runs as a workload"),
    Effect("controlPlane.proxy.bindAddress", "the API server listens on all addresses of the pod"),
    Effect("controlPlane.proxy.port", "the API server listens on 8443"),
    Effect("controlPlane.hostPathMapper", "host paths are not translated yet"),
    _needed("experimental.deploy.host.manifestsTemplate", "the chart renders no templates but its own"),
    _needed("experimental.deploy.vcluster.manifestsTemplate", "the chart renders no templates but its own"),
    _needed("experimental.deploy.vcluster.helm", "charts are not installed inside yet"),
    _needed("experimental.syncSettings.disableSync", "syncing cannot be turned off as a whole"),
    Effect("experimental.syncSettings.rewriteKubernetesService", "the kubernetes Service always leads to us"),
    _needed("experimental.syncSettings.targetNamespace", "workloads run in the namespace of the release"),
    Effect("experimental.syncSettings.hostMetricsBindAddress", "metrics are served on the operations port"),
    Effect("experimental.syncSettings.virtualMetricsBindAddress", "metrics are served on the operations port"),
    _needed("experimental.genericSync", _GENERIC),
    _needed("experimental.multiNamespaceMode", "all virtual namespaces share the host namespace of the release"),
    _needed("experimental.isolatedControlPlane", "control plane and workloads are in one host cluster"),
    Effect("experimental.virtualClusterKubeConfig", _FILES),
    _needed("experimental.denyProxyRequests", "deny rules are not enforced yet"),
    _needed("plugins", _PLUGINS),
    _needed("plugin", _PLUGINS),
    Effect("sleepMode", _SLEEP),
    Effect("sleep", _SLEEP),
    Effect("logging.encoding", "log lines have one form"),
)
