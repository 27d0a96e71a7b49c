"""Keys that v0.20 to v0.36 renamed, moved to where they are now."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, cast

from vcluster_config.convert.tree import MISSING, Tree, put, take
from vcluster_config.source.node import plain

if TYPE_CHECKING:
    from vcluster_config.source.document import Document

_NETWORK: Final = "policies.networkPolicy."
_SECRETS: Final = "integrations.externalSecrets.sync."
_MOVES: Final = (
    ("serviceCIDR", "networking.serviceCIDR"),
    ("controlPlane.advanced.virtualScheduler.enabled", "controlPlane.distro.k8s.scheduler.enabled"),
    ("sleepMode.timeZone", "sleep.auto.timezone"),
    ("sleepMode.autoSleep.afterInactivity", "sleep.auto.afterInactivity"),
    ("sleepMode.autoSleep.schedule", "sleep.auto.schedule"),
    ("sleepMode.autoSleep.exclude", "sleep.auto.exclude"),
    ("sleepMode.autoWakeup.schedule", "sleep.auto.wakeup.schedule"),
    (_NETWORK + "outgoingConnections.ipBlock", _NETWORK + "workload.publicEgress"),
    ("experimental.multiNamespaceMode.enabled", "sync.toHost.namespaces.enabled"),
    ("experimental.multiNamespaceMode.namespaceLabels", "sync.toHost.namespaces.extraLabels"),
    (_SECRETS + "stores", _SECRETS + "toHost.stores"),
    (_SECRETS + "clusterStores.enabled", _SECRETS + "fromHost.clusterStores.enabled"),
    (_SECRETS + "clusterStores.selector.labels", _SECRETS + "fromHost.clusterStores.selector.matchLabels"),
)
_DROPPED: Final = (
    "pro",
    "experimental.reuseNamespace",
    _NETWORK + "outgoingConnections.platform",
)


def modernise(document: Document) -> Tree:
    """Move renamed keys and drop those without meaning; everything else stays as it is."""
    tree = cast("Tree", copy.deepcopy(plain(document.root)))
    for old, new in _MOVES:
        value = take(tree, old)
        if value is not MISSING:
            put(tree, new, value)
    for path in _DROPPED:
        take(tree, path)
    _always_synced(tree)
    _single_secret(tree)
    _one_image(tree)
    if take(tree, "sleepMode.enabled") is False:
        take(tree, "sleep")
    return tree


def _always_synced(tree: Tree) -> None:
    """Newer releases cannot say that ExternalSecrets are not synced, so only the default goes."""
    path = _SECRETS + "externalSecrets.enabled"
    if take(tree, path) is False:
        put(tree, path, value=False)


def _single_secret(tree: Tree) -> None:
    secret: Any = take(tree, "exportKubeConfig.secret")
    if secret is not MISSING and isinstance(secret, dict) and any(secret.values()):
        put(tree, "exportKubeConfig.additionalSecrets", [secret])


def _one_image(tree: Tree) -> None:
    """Since v0.25 upstream has one image for all components; here its tag is their version."""
    tag = take(tree, "controlPlane.distro.k8s.image.tag")
    if tag is not MISSING and not tree.get("controlPlane", {}).get("distro", {}).get("k8s", {}).get("version"):
        put(tree, "controlPlane.distro.k8s.version", tag)
    take(tree, "controlPlane.distro.k8s.image")
    policy = take(tree, "controlPlane.distro.k8s.imagePullPolicy")
    if policy is not MISSING:
        for component in ("apiServer", "controllerManager", "scheduler"):
            put(tree, f"controlPlane.distro.k8s.{component}.imagePullPolicy", policy)
