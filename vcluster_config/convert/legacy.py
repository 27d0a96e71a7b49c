"""v0.19 values to the present dialect, without losing a setting silently."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from vcluster_config.convert import flags
from vcluster_config.convert.legacy_table import ADVICE, COMMON, COMPONENTS, ISOLATION, SINGLE_PROCESS, Row
from vcluster_config.convert.tree import MISSING, Tree, leaves, put, take
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Severity, Suggestion, in_order
from vcluster_config.source.node import dotted, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vcluster_config.source.document import Document
    from vcluster_config.source.node import Path

Distro = Literal["k8s", "k3s", "k0s"]
_OLD_ONLY: Final = {
    *("syncer", "vcluster", "isolation", "mapServices", "storage", "embeddedEtcd", "k3sToken", "api", "controller"),
    *(
        "monitoring",
        "init",
        "fallbackHostDns",
        "globalAnnotations",
        "defaultImageRegistry",
        "noopSyncer",
        "rbac.role.create",
    ),
}
_OLD_SYNC: Final = {"toHost", "fromHost"}


def is_legacy(document: Document) -> bool:
    """Whether a file speaks the dialect of v0.19 and before."""
    data: Any = plain(document.root)
    sync = data.get("sync")
    return bool(data.keys() & _OLD_ONLY) or (isinstance(sync, dict) and bool(sync.keys() - _OLD_SYNC))


def distro_of(document: Document) -> Distro:
    """Distro that the keys of a file speak of; v0.19 charts were k3s unless another one was chosen."""
    data: Any = plain(document.root)
    if data.keys() & {"api", "controller", "etcd", "scheduler"}:
        return "k8s"
    image = str(data.get("vcluster", {}).get("image", "")) if isinstance(data.get("vcluster"), dict) else ""
    return "k0s" if "k0s" in image else "k3s"


def convert(document: Document, distro: Distro) -> tuple[Tree, list[Diagnostic]]:
    """Return the new configuration and a finding for every setting that has no counterpart."""
    old = cast("Tree", copy.deepcopy(plain(document.root)))
    new: Tree = {}
    lost = _flags(document, old, new)
    put(new, f"controlPlane.distro.{distro}.enabled", value=True)
    put(new, "controlPlane.statefulSet.scheduling.podManagementPolicy", "OrderedReady")
    _special(old, new, distro)
    _rows(COMPONENTS if distro == "k8s" else SINGLE_PROCESS, old, new, distro)
    _rows(COMMON, old, new, distro)
    _consequences(new)
    lost += [_lost(document, tuple(path.split(".")), path, path) for path in leaves(old)]
    return new, in_order(lost)


def _rows(rows: Iterable[Row], old: Tree, new: Tree, distro: Distro) -> None:
    for row in rows:
        value = take(old, row.old)
        if value is not MISSING:
            put(new, row.new.replace("{distro}", distro), row.change(value) if row.change else value)


def _special(old: Tree, new: Tree, distro: Distro) -> None:
    """Settings whose meaning depends on others."""
    if distro == "k8s":
        put(new, "controlPlane.backingStore.etcd.deploy.enabled", value=True)
        take(old, "scheduler.disabled")
        if take(old, "etcd.disabled") is True:
            put(new, "controlPlane.backingStore.etcd.deploy.service.enabled", value=False)
            put(new, "controlPlane.backingStore.etcd.deploy.statefulSet.enabled", value=False)
    _isolation(old, new, distro)
    if take(old, "openshift.enable") is True:
        rule = {"apiGroups": [""], "resources": ["endpoints/restricted"], "verbs": ["create"]}
        put(new, "rbac.role.extraRules", [rule])
    for fake, real in (("fake-nodes", "fromHost.nodes"), ("fake-persistentvolumes", "toHost.persistentVolumes")):
        if take(old, f"sync.{fake}.enabled") is True:
            put(new, f"sync.{real}.enabled", value=False)


def _isolation(old: Tree, new: Tree, distro: Distro) -> None:
    """The options of isolation only counted when it was enabled."""
    enabled = take(old, "isolation.enabled")
    target: Tree = new if enabled is True else {}
    if enabled is True:
        for policy in ("networkPolicy", "resourceQuota", "limitRange"):
            put(new, f"policies.{policy}.enabled", value=True)
        put(new, "policies.podSecurityStandard", "baseline")
    _rows(ISOLATION, old, target, distro)


def _consequences(new: Tree) -> None:
    """What an old setting implied and the present dialect wants said."""
    sync = new.get("sync", {})
    if sync.get("toHost", {}).get("ingresses", {}).get("enabled") and "ingressClasses" not in sync.get("fromHost", {}):
        put(new, "sync.fromHost.ingressClasses.enabled", value=True)
    if sync.get("toHost", {}).get("volumeSnapshots", {}).get("enabled"):
        put(new, "sync.toHost.volumeSnapshotContents.enabled", value=True)
    if new["controlPlane"].get("advanced", {}).get("virtualScheduler", {}).get("enabled"):
        put(new, "sync.fromHost.nodes.enabled", value=True)
    if "metricsServer" in new.get("integrations", {}):
        put(new, "integrations.metricsServer.enabled", value=True)
    probes = new["controlPlane"]["statefulSet"].get("probes", {})
    if "readinessProbe" in probes:
        probes["startupProbe"] = dict(probes["readinessProbe"])
    store = new["controlPlane"].get("backingStore", {}).get("etcd", {})
    embedded = store.get("embedded", {})
    if embedded.get("enabled") and not embedded.get("migrateFromDeployedEtcd"):
        store.pop("deploy", None)


def _flags(document: Document, old: Tree, new: Tree) -> list[Diagnostic]:
    """Convert the flags of the syncer; each that means nothing any more is a finding."""
    arguments = take(old, "syncer.extraArgs")
    if not isinstance(arguments, list):
        return []
    lost = flags.apply(arguments, new)
    section = ("syncer", "extraArgs")
    return [_lost(document, (*section, at), f"the flag {arguments[at]}", ".".join(section)) for at in lost]


def _lost(document: Document, path: Path, what: str, key: str) -> Diagnostic:
    advice = next((text for start, text in ADVICE.items() if key.startswith(start)), "decide by hand what replaces it")
    return Diagnostic(
        Code.NOT_CONVERTED,
        Severity.WARNING,
        f"{what} has no counterpart in the present dialect",
        document.key_span(path),
        path=dotted(path),
        suggestions=(Suggestion(advice),),
    )
