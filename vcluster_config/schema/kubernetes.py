"""Extracts from Kubernetes' published OpenAPI document what checking sub-objects needs.

``python -m vcluster_config.schema.kubernetes api/openapi-spec/swagger.json`` of a Kubernetes release rewrites
``vcluster_config/model/kubernetes.json``; descriptions stay behind, so the file is small enough to load on demand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

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


def extract(swagger: dict[str, Any]) -> dict[str, Any]:
    """Types reachable from the roots: required fields, and the type of each field.

    A type is ``string``, ``integer``, ``number``, ``boolean``, ``quantity``, ``int-or-string`` or ``any``, a name of
    another entry with a leading ``#``, ``[]`` before the type of list items, or ``{}`` before that of map values.
    """
    found: dict[str, Any] = {}
    todo = list(_ROOTS)
    while todo:
        name = todo.pop()
        definition = swagger["definitions"][name]
        short = _short(name)
        if short in found or name in _SPECIAL:
            continue
        properties = definition.get("properties", {})
        found[short] = {
            "required": sorted(definition.get("required", [])),
            "fields": {field: _type(schema, todo) for field, schema in sorted(properties.items())},
        }
    return {"version": swagger["info"]["version"], "types": dict(sorted(found.items()))}


def _short(name: str) -> str:
    return name.rsplit(".", 1)[1]


def _type(schema: dict[str, Any], todo: list[str]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
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


if __name__ == "__main__":
    target = Path(__file__).resolve().parents[1] / "model" / "kubernetes.json"
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    target.write_text(json.dumps(extract(document), indent=1, sort_keys=True) + "\n", encoding="utf-8")
