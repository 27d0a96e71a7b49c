"""What pods keep and share: volumes, mounts, claims (core/v1, validation of Volume and PersistentVolumeClaim)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vcluster_config import quantity
from vcluster_config.model.object_rules.breaches import (
    LABEL,
    NAME,
    Breach,
    Json,
    Rule,
    at_least,
    at_most,
    clash,
    inside,
    missing,
    needed,
    one_of,
    spelled,
    unfit,
)

_SOURCES: Final = ("clusterTrustBundle", "configMap", "downwardAPI", "podCertificate", "secret", "serviceAccountToken")
_KEY: Final = (r"(?!\.\.)[-A-Za-z0-9_.]{1,253}", "letters, digits, hyphens, underscores and dots")
_BELOW: Final = "a path below the volume, without .. in it"


def _volume(item: Json) -> Iterator[Breach]:
    yield from spelled(LABEL, item["name"], "name")
    yield from one_of(item, (key for key in item if key != "name"), "volume", optional=True)


def _mount(item: Json) -> Iterator[Breach]:
    yield from needed(item, "name", "mountPath")
    for key in ("subPath", "subPathExpr"):
        if not inside(item.get(key, "")):
            yield unfit((key,), _BELOW)
    if item.get("subPath") and item.get("subPathExpr"):
        yield clash(("subPathExpr",), "stands beside subPath, and a mount has one of them", "keep one of them")
    if item.get("recursiveReadOnly") in ("Enabled", "IfPossible") and not item.get("readOnly"):
        yield clash(("recursiveReadOnly",), "adds to readOnly, which is not set", "set readOnly to true, or remove it")


def _files(item: Json) -> Iterator[Breach]:
    """Of a Secret, a ConfigMap or the pod's own fields."""
    yield from at_least(0, item.get("defaultMode"), "defaultMode")
    yield from at_most(0o777, item.get("defaultMode"), "defaultMode")
    yield from (breach for index, file in enumerate(item.get("items", ())) for breach in _file(file, index))


def _file(item: Json, index: int) -> Iterator[Breach]:
    if not item["path"] or not inside(item["path"]):
        yield unfit(("items", index, "path"), _BELOW)
    yield from spelled(_KEY, item.get("key"), "items", index, "key")
    yield from at_least(0, item.get("mode"), "items", index, "mode")
    yield from at_most(0o777, item.get("mode"), "items", index, "mode")


def _downward(item: Json) -> Iterator[Breach]:
    yield from one_of(item, ("fieldRef", "resourceFieldRef"), "field of a pod")


def _named(item: Json) -> Iterator[Breach]:
    yield from needed(item, "name")
    yield from _files(item)


def _secret(item: Json) -> Iterator[Breach]:
    yield from needed(item, "secretName")
    yield from _files(item)


def _projection(item: Json) -> Iterator[Breach]:
    yield from one_of(item, _SOURCES, "source of files", optional=True)


def _token(item: Json) -> Iterator[Breach]:
    yield from needed(item, "path")
    if not inside(item["path"]):
        yield unfit(("path",), _BELOW)
    yield from at_least(600, item.get("expirationSeconds"), "expirationSeconds")
    yield from at_most(2**32, item.get("expirationSeconds"), "expirationSeconds")


def _host_path(item: Json) -> Iterator[Breach]:
    yield from needed(item, "path")
    if ".." in item["path"].split("/"):
        yield unfit(("path",), "a path without .. in it")


def _nfs(item: Json) -> Iterator[Breach]:
    yield from needed(item, "server", "path")
    if item["path"] and not item["path"].startswith("/"):
        yield unfit(("path",), "a path that starts with /")


def _used_claim(item: Json) -> Iterator[Breach]:
    yield from needed(item, "claimName")
    yield from spelled(NAME, item["claimName"] or None, "claimName")


def _image(item: Json) -> Iterator[Breach]:
    yield from needed(item, "reference")


def _ephemeral(item: Json) -> Iterator[Breach]:
    yield from needed(item, "volumeClaimTemplate")


def _claim(item: Json) -> Iterator[Breach]:
    """A template of a StatefulSet, whose name is that of the volume."""
    metadata = item.get("metadata", {})
    if "name" not in metadata:
        yield missing("metadata", "name") if "metadata" in item else missing("metadata")
    yield from spelled(LABEL, metadata.get("name"), "metadata", "name")
    if "spec" not in item:
        yield missing("spec")


def _claim_spec(item: Json) -> Iterator[Breach]:
    yield from needed(item, "accessModes")
    modes = item.get("accessModes", ())
    if "ReadWriteOncePod" in modes and len(modes) > 1:
        message = "has ReadWriteOncePod beside others"
        yield clash(("accessModes",), message, "keep ReadWriteOncePod alone, or drop it")
    requests = item.get("resources", {}).get("requests", {})
    if "storage" not in requests:
        place = [key for key in ("resources", "requests") if key in item or key in item.get("resources", {})]
        yield missing(*place, "storage" if len(place) == 2 else ("resources", "requests")[len(place)])
    elif (quantity.parse(requests["storage"]) or 0) <= 0:
        yield unfit(("resources", "requests", "storage"), "more than 0")
    yield from spelled(NAME, item.get("storageClassName") or None, "storageClassName")


RULES: Final[dict[str, Rule]] = {
    "ConfigMapProjection": _named,
    "ConfigMapVolumeSource": _named,
    "DownwardAPIProjection": _files,
    "DownwardAPIVolumeFile": _downward,
    "DownwardAPIVolumeSource": _files,
    "EphemeralVolumeSource": _ephemeral,
    "HostPathVolumeSource": _host_path,
    "ImageVolumeSource": _image,
    "NFSVolumeSource": _nfs,
    "PersistentVolumeClaim": _claim,
    "PersistentVolumeClaimSpec": _claim_spec,
    "PersistentVolumeClaimVolumeSource": _used_claim,
    "SecretProjection": _named,
    "SecretVolumeSource": _secret,
    "ServiceAccountTokenProjection": _token,
    "Volume": _volume,
    "VolumeMount": _mount,
    "VolumeProjection": _projection,
}
