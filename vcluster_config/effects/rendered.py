"""The objects that ``helm install`` would create, in Python: the chart only places what was compiled, and so do we."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.placeholders import NAMESPACE, RELEASE
from vcluster_contract import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vcluster_config.objects import Json

_CLUSTER_SCOPED: Final = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "Namespace",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }
)


@dataclass(frozen=True, slots=True)
class Release:
    """What only ``helm install`` knows."""

    name: str = "NAME"
    namespace: str = "NAMESPACE"


ANY_RELEASE: Final = Release("release-name", "release-namespace")
"""Stands for a release where only its form counts: names that Kubernetes accepts."""


@dataclass(frozen=True, slots=True, order=True)
class Identity:
    """Which object; ``namespace`` is empty for objects of the whole cluster."""

    kind: str
    name: str
    namespace: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


@dataclass(frozen=True, slots=True)
class Placed:
    """An object and where the values of the chart hold it, such as ``statefulSet`` or ``extraObjects[0]``."""

    place: str
    content: Json


def place(values: Mapping[str, Any], release: Release, kind: str = "") -> list[Placed]:
    """Every object of compiled values, or those of one kind, with the release in place of its tokens."""
    wanted = ((where, item) for where, item in _objects(values) if kind in {"", item["kind"]})
    return [Placed(where, _with_release(item, release)) for where, item in wanted]


def render(values: Mapping[str, Any], release: Release) -> dict[Identity, Json]:
    """Objects by identity; of two with one identity the last remains, as on the host."""
    return {identity(item.content, release): item.content for item in place(values, release)}


def identity(content: Json, release: Release) -> Identity:
    """Identity of an object; objects without a namespace get that of the release."""
    kind, metadata = str(content["kind"]), content["metadata"]
    own = "" if kind in _CLUSTER_SCOPED else metadata.get("namespace", release.namespace)
    return Identity(kind, str(metadata.get("name", "")), own)


def readable(content: Json) -> Json:
    """The object with the syncer's configuration, which is JSON text, as a tree."""
    text = content.get("stringData", {}).get(layout.SYNCER_CONFIG_KEY) if content["kind"] == "Secret" else None
    if not isinstance(text, str):
        return content
    return {**content, "stringData": {**content["stringData"], layout.SYNCER_CONFIG_KEY: json.loads(text)}}


def mappings(value: Any) -> list[Json]:
    """Mappings in a list; nothing where manifests of a file are malformed."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list | tuple) else []


def _objects(values: Mapping[str, Any]) -> Iterator[tuple[str, Json]]:
    for key, value in values.items():
        if isinstance(value, dict) and "kind" in value:
            yield key, value
        elif key == "extraObjects":
            for index, item in enumerate(value):
                yield f"{key}[{index}]", item


def _with_release(content: Json, release: Release) -> Json:
    text = json.dumps(content, default=list).replace(RELEASE, release.name).replace(NAMESPACE, release.namespace)
    placed: Json = json.loads(text)
    return placed
