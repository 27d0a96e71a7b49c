"""What is installed now, read back from Helm's own record, for files that nobody kept.

Helm stores each revision in a Secret ``sh.helm.release.v1.NAME.vN``: its key ``release`` is JSON, compressed with gzip
and written in base64 (https://helm.sh/docs/topics/advanced/#storage-backends).
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from typing import TYPE_CHECKING, Any, Final

from vcluster_contract import layout, names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vcluster_config.objects import Json

COMPILED: Final = "compiledValuesVersion"
_LIMIT: Final = 64 * 1024 * 1024


class NotInstalled(Exception):
    """The cluster holds no such release, or none that can be read; the message says which."""


def newest(secrets: Mapping[str, Any], release: str, namespace: str) -> Json:
    """Of a list of Helm's Secrets the deployed revision, or the newest one when an upgrade failed.

    Raises:
        NotInstalled: the list is empty.
    """
    items = [item for item in secrets.get("items", ()) if item["metadata"].get("labels", {}).get("name") == release]
    if not items:
        raise NotInstalled(f"Helm knows no release {release} in namespace {namespace}")
    found: Json = max(items, key=_rank)
    return found


def _rank(secret: Json) -> tuple[bool, int]:
    labels = secret["metadata"]["labels"]
    return labels.get("status") == "deployed", int(labels.get("version", 0))


def values(secret: Json) -> Json:
    """Values of a revision: the chart's own ones with the user's over them.

    Raises:
        NotInstalled: the Secret holds no record of Helm.
    """
    try:
        packed = base64.b64decode(base64.b64decode(secret["data"]["release"], validate=True), validate=True)
        text = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, _LIMIT) if packed[:2] == _GZIP else packed
        record = json.loads(text)
        return _merged(record["chart"].get("values") or {}, record.get("config") or {})
    except (KeyError, ValueError, binascii.Error, zlib.error, gzip.BadGzipFile, TypeError, AttributeError) as error:
        raise NotInstalled(f"Secret {secret['metadata'].get('name')} holds no release of Helm: {error}") from error


_GZIP: Final = b"\x1f\x8b"


def _merged(base: Json, over: Json) -> Json:
    merged = {**base}
    for key, value in over.items():
        earlier = merged.get(key)
        merged[key] = _merged(earlier, value) if isinstance(earlier, dict) and isinstance(value, dict) else value
    return merged


def settings(compiled: Mapping[str, Any]) -> Json:
    """The settings that rules on upgrades judge, as a vcluster.yaml, told from what they were compiled to."""
    syncer = json.loads(compiled["configSecret"]["stringData"][layout.SYNCER_CONFIG_KEY])
    return {
        "controlPlane": {
            "distro": {syncer["distro"]: _distro(syncer)},
            "backingStore": _store(compiled, syncer),
            "statefulSet": _workload(compiled.get("statefulSet")),
        },
        "networking": {"advanced": {"clusterDomain": syncer["networking"]["clusterDomain"]}},
    }


def _distro(syncer: Json) -> Json:
    return {"enabled": True, "version": syncer["kubernetesVersion"]} if syncer["distro"] == "k8s" else {"enabled": True}


def _store(compiled: Mapping[str, Any], syncer: Json) -> Json:
    if syncer.get("etcd") == "embedded":
        return {"etcd": {"embedded": {"enabled": True}}}
    if syncer.get("etcd") == "deployed":
        return {"etcd": {"deploy": {"enabled": True}}}
    source = compiled.get("datastoreSecret", {}).get("stringData", {})
    if source:
        return {"database": {"external": {"enabled": True, "dataSource": next(iter(source.values()))}}}
    if syncer["distro"] != "k8s" or layout.KINE_CONTAINER in _containers(compiled):
        return {"database": {"embedded": {"enabled": True}}}
    return {"etcd": {"external": {"enabled": True, "endpoint": "etcd.example.com:2379"}}}


def _containers(compiled: Mapping[str, Any]) -> set[str]:
    workload = compiled.get("statefulSet") or compiled.get("deployment") or {}
    spec = workload.get("spec", {}).get("template", {}).get("spec", {})
    return {item["name"] for item in (*spec.get("initContainers", ()), *spec.get("containers", ()))}


def _workload(stateful_set: Json | None) -> Json:
    if stateful_set is None:
        return {"persistence": {"volumeClaim": {"enabled": False}}}
    spec = stateful_set["spec"]
    templates = spec.get("volumeClaimTemplates", ())
    claim = next((item["spec"] for item in templates if item["metadata"]["name"] == "data"), None)
    found: Json = {"scheduling": {"podManagementPolicy": spec["podManagementPolicy"]}}
    if claim is not None:
        found["persistence"] = {
            "volumeClaim": {
                "size": claim["resources"]["requests"]["storage"],
                "accessModes": list(claim["accessModes"]),
                "storageClass": claim.get("storageClassName", ""),
            }
        }
    return found


def secret_name(release: str) -> str:
    """Secret by which a release of ours is recognised, however it was installed."""
    return names.config_secret(release)
