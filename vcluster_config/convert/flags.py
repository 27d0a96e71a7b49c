"""Where the flags of ``syncer.extraArgs`` went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vcluster_config.convert import values
from vcluster_config.convert.tree import Tree, put

if TYPE_CHECKING:
    from collections.abc import Callable

_HA: Final = "controlPlane.statefulSet.highAvailability."
_FILES: Final = "experimental.virtualClusterKubeConfig."


def _boolean(text: str) -> bool:
    return text.lower() not in ("false", "0", "no")


def _negated(text: str) -> bool:
    return not _boolean(text)


def _list(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _pair(text: str) -> dict[str, str]:
    key, _, value = text.partition("=")
    return {key: value}


_FLAGS: Final[dict[str, tuple[str, Callable[[str], Any]]]] = {
    "request-header-ca-cert": (_FILES + "requestHeaderCACert", str),
    "client-ca-cert": (_FILES + "clientCACert", str),
    "server-ca-cert": (_FILES + "serverCACert", str),
    "server-ca-key": (_FILES + "serverCAKey", str),
    "kube-config": (_FILES + "kubeConfig", str),
    "tls-san": ("controlPlane.proxy.extraSANs", _list),
    "bind-address": ("controlPlane.proxy.bindAddress", str),
    "target-namespace": ("experimental.syncSettings.targetNamespace", str),
    "set-owner": ("experimental.syncSettings.setOwner", _boolean),
    "host-metrics-bind-address": ("experimental.syncSettings.hostMetricsBindAddress", str),
    "virtual-metrics-bind-address": ("experimental.syncSettings.virtualMetricsBindAddress", str),
    "multi-namespace-mode": ("experimental.multiNamespaceMode.enabled", _boolean),
    "namespace-labels": ("experimental.multiNamespaceMode.namespaceLabels", values.labels),
    "sync-all-nodes": ("sync.fromHost.nodes.selector.all", _boolean),
    "sync-node-changes": ("sync.fromHost.nodes.syncBackChanges", _boolean),
    "node-clear-image-status": ("sync.fromHost.nodes.clearImageStatus", _boolean),
    "node-selector": ("sync.fromHost.nodes.selector.labels", values.labels),
    "enable-scheduler": ("controlPlane.advanced.virtualScheduler.enabled", _boolean),
    "disable-fake-kubelets": ("networking.advanced.proxyKubelets.byHostname", _negated),
    "fake-kubelet-ips": ("networking.advanced.proxyKubelets.byIP", _boolean),
    "cluster-domain": ("networking.advanced.clusterDomain", str),
    "translate-image": ("sync.toHost.pods.translateImage", _pair),
    "enforce-toleration": ("sync.toHost.pods.enforceTolerations", lambda text: [text]),
    "service-account-token-secrets": ("sync.toHost.pods.useSecretsForSATokens", _boolean),
    "override-hosts": ("sync.toHost.pods.rewriteHosts.enabled", _boolean),
    "override-hosts-container-image": ("sync.toHost.pods.rewriteHosts.initContainer.image", str),
    "sync-all-configmaps": ("sync.toHost.configMaps.all", _boolean),
    "sync-all-secrets": ("sync.toHost.secrets.all", _boolean),
    "service-account": ("controlPlane.advanced.workloadServiceAccount.name", str),
    "lease-duration": (_HA + "leaseDuration", int),
    "renew-deadline": (_HA + "renewDeadline", int),
    "retry-period": (_HA + "retryPeriod", int),
    "mount-physical-host-paths": ("controlPlane.hostPathMapper.enabled", _boolean),
    "rewrite-host-paths": ("controlPlane.hostPathMapper.enabled", _boolean),
    "proxy-metrics-server": ("integrations.metricsServer.enabled", _boolean),
    "kube-config-context-name": ("exportKubeConfig.context", str),
    "out-kube-config-server": ("exportKubeConfig.server", str),
    "remote-kube-config": ("experimental.isolatedControlPlane.kubeConfig", str),
    "remote-namespace": ("experimental.isolatedControlPlane.namespace", str),
    "remote-service-name": ("experimental.isolatedControlPlane.service", str),
}
_SECRET: Final = {"out-kube-config-secret": "name", "out-kube-config-secret-namespace": "namespace"}


def apply(arguments: list[Any], new: Tree) -> list[int]:
    """Write what the flags meant; returns the indexes of those that mean nothing any more."""
    lost: list[int] = []
    secret: dict[str, str] = {}
    for index, argument in enumerate(str(item) for item in arguments):
        name, equals, text = argument.removeprefix("--").partition("=")
        if not argument.startswith("--"):
            lost.append(index)
        elif name in _SECRET:
            secret[_SECRET[name]] = text
        elif name not in _FLAGS or not _apply(name, text if equals else "true", new):
            lost.append(index)
    if secret:
        put(new, "exportKubeConfig.additionalSecrets", [secret])
    return lost


def _apply(name: str, text: str, new: Tree) -> bool:
    path, convert = _FLAGS[name]
    try:
        put(new, path, convert(text))
    except ValueError:
        return False
    if name == "node-selector":
        put(new, "sync.fromHost.nodes.enabled", value=True)
    if name == "service-account":
        put(new, "controlPlane.advanced.workloadServiceAccount.enabled", value=False)
    return True
