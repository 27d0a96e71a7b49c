"""Extracts from the schema of every object what checking the objects inside a vcluster.yaml needs.

The source is ``vcluster_config/effects/objects.json.gz``, which ``vcluster_config.schema.objects`` takes from a live
API server. Types that no vcluster.yaml can hold are left out, so the result is small enough to load on demand.
"""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any, Final

from vcluster_config.schema import objects

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROOTS: Final = (
    "io.k8s.api.admissionregistration.v1.MatchCondition",
    "io.k8s.api.admissionregistration.v1.RuleWithOperations",
    "io.k8s.api.core.v1.Affinity",
    "io.k8s.api.core.v1.Container",
    "io.k8s.api.core.v1.EnvFromSource",
    "io.k8s.api.core.v1.EnvVar",
    "io.k8s.api.core.v1.Lifecycle",
    "io.k8s.api.core.v1.PersistentVolumeClaim",
    "io.k8s.api.core.v1.PodSecurityContext",
    "io.k8s.api.core.v1.Probe",
    "io.k8s.api.core.v1.ResourceRequirements",
    "io.k8s.api.core.v1.ScopeSelector",
    "io.k8s.api.core.v1.SecurityContext",
    "io.k8s.api.core.v1.ServiceSpec",
    "io.k8s.api.core.v1.Toleration",
    "io.k8s.api.core.v1.TopologySpreadConstraint",
    "io.k8s.api.core.v1.Volume",
    "io.k8s.api.core.v1.VolumeMount",
    "io.k8s.api.networking.v1.IngressSpec",
    "io.k8s.api.rbac.v1.PolicyRule",
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector",
)
_SPECIAL: Final = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "string",
}
_REFERENCE: Final = "#/definitions/"


def extract(schema: dict[str, Any]) -> dict[str, Any]:
    """Types reachable from the roots: required fields, the type of each field, and closed sets of words.

    A type is ``string``, ``integer``, ``number``, ``boolean``, ``quantity``, ``int-or-string`` or ``any``, a name of
    another entry with a leading ``#``, ``[]`` before the type of list items, or ``{}`` before that of map values.
    """
    found: dict[str, Any] = {}
    todo = list(_ROOTS)
    while todo:
        name = todo.pop()
        short = _short(name)
        if short not in found and name not in _SPECIAL:
            found[short] = _entry(schema["definitions"][name], todo)
    return {"version": schema["version"], "types": dict(sorted(found.items()))}


def _entry(definition: dict[str, Any], todo: list[str]) -> dict[str, Any]:
    properties = sorted(definition.get("properties", {}).items())
    required = sorted(definition.get("required", []))
    words = {field: _words(schema, optional=field not in required) for field, schema in properties}
    entry: dict[str, Any] = {
        "required": required,
        "fields": {field: _type(schema, todo) for field, schema in properties},
    }
    closed = {field: choices for field, choices in words.items() if choices}
    return {**entry, "choices": closed} if closed else entry


def _words(schema: dict[str, Any], *, optional: bool) -> list[str]:
    """Closed set of a field or of its items; only optional fields may be empty, which is Go's way to leave them out."""
    words: Iterable[str] = schema.get("enum") or schema.get("items", {}).get("enum", ())
    return sorted(word for word in set(words) if word or optional)


def _short(name: str) -> str:
    return name.rsplit(".", 1)[1]


def _type(schema: dict[str, Any], todo: list[str]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REFERENCE)
        if name in _SPECIAL:
            return _SPECIAL[name]
        todo.append(name)
        return "#" + _short(name)
    kind = schema.get("type", "any")
    if kind == "array":
        return "[]" + _type(schema["items"], todo)
    if kind == "object":
        return "{}" + _type(schema.get("additionalProperties", {}), todo)
    return str(kind)


def generated() -> str:
    """Content of ``model/kubernetes.json``."""
    schema = json.loads(gzip.decompress(objects.TARGET.read_bytes()))
    return json.dumps(extract(schema), indent=1, sort_keys=True) + "\n"
