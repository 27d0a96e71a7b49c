"""Keys that still work although another key replaced them, for linter, schema and explanations alike."""

from typing import Final, NamedTuple


class Deprecated(NamedTuple):
    """A key, what to write instead (empty when nothing), and the upstream release that changed it.

    ``by_hand`` says that the new key has another form, so that ``convert`` leaves the old one where it is.
    """

    path: str
    instead: str
    since: str
    by_hand: bool = False


DEPRECATED: Final[tuple[Deprecated, ...]] = (
    Deprecated("exportKubeConfig.secret", "exportKubeConfig.additionalSecrets", "v0.24"),
    Deprecated("serviceCIDR", "networking.serviceCIDR", "v0.26"),
    Deprecated("pro", "", "v0.20"),
    Deprecated("plugin", "plugins", "v0.20", by_hand=True),
    Deprecated("sleepMode", "sleep", "v0.32"),
    Deprecated("experimental.reuseNamespace", "", "v0.25"),
    Deprecated("experimental.multiNamespaceMode", "sync.toHost.namespaces", "v0.26"),
    Deprecated("experimental.genericSync", "sync.toHost.customResources", "v0.28", by_hand=True),
    Deprecated("controlPlane.advanced.virtualScheduler", "controlPlane.distro.k8s.scheduler", "v0.26"),
    Deprecated("policies.networkPolicy.outgoingConnections", "policies.networkPolicy.workload.publicEgress", "v0.31"),
    Deprecated(
        "integrations.externalSecrets.sync.externalSecrets",
        "integrations.externalSecrets.sync.toHost.externalSecrets",
        "v0.29",
    ),
    Deprecated("integrations.externalSecrets.sync.stores", "integrations.externalSecrets.sync.toHost.stores", "v0.29"),
    Deprecated(
        "integrations.externalSecrets.sync.clusterStores",
        "integrations.externalSecrets.sync.fromHost.clusterStores",
        "v0.29",
    ),
)


def sentence(entry: Deprecated) -> str:
    """What to do, in one sentence."""
    if entry.instead:
        return f"replaced by {entry.instead} in {entry.since}"
    return f"without meaning since {entry.since}"


def advice(entry: Deprecated) -> str:
    """The way out."""
    if entry.by_hand:
        return f"use {entry.instead}"
    return f"{f'use {entry.instead}' if entry.instead else 'remove it'}; vcluster-config convert FILE does it"
