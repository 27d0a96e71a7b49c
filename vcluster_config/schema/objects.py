"""Extracts from a live API server's OpenAPI documents a schema of every object, for checks without a cluster.

``python -m vcluster_config.schema.objects [KUBECTL OPTIONS]`` asks the cluster that kubectl reaches and rewrites
``vcluster_config/effects/objects.json.gz``. Descriptions and defaults stay behind; one cluster always gives the same
bytes.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = dict[str, Any]
TARGET: Final = Path(__file__).resolve().parents[1] / "effects" / "objects.json.gz"
_PREFIX: Final = "#/components/schemas/"
_QUANTITY: Final = "io.k8s.apimachinery.pkg.api.resource.Quantity"
_QUANTITY_PATTERN: Final = r"^[+-]?(\d+|\d+\.\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$"
_STABLE: Final = "v1"
_THIRD_PARTY: Final = "metrics.k8s.io"


def extract(version: str, documents: Iterable[Json]) -> Json:
    """A draft-07 schema with one definition for each type, and the type of each ``apiVersion/kind``."""
    kinds: dict[str, str] = {}
    found: Json = {}
    for document in documents:
        for name, schema in document["components"]["schemas"].items():
            found[name] = _definition(name, schema)
            kinds |= dict.fromkeys(_kinds(schema), name)
    used = _reachable(kinds.values(), found)
    return {"version": version, "kinds": kinds, "definitions": {name: found[name] for name in used}}


def _kinds(schema: Json) -> Iterable[str]:
    """``apiVersion/kind`` of an object that can be created; lists and options are shared by all groups."""
    groups = schema.get("x-kubernetes-group-version-kind", ())
    if len(groups) == 1 and "metadata" in schema.get("properties", {}) and not groups[0]["kind"].endswith("List"):
        yield "/".join(filter(None, (groups[0]["group"], groups[0]["version"], groups[0]["kind"])))


def _definition(name: str, schema: Json) -> Json:
    if name == _QUANTITY:
        return {"type": ["string", "number"], "pattern": _QUANTITY_PATTERN}
    if schema.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    return _trimmed(schema)


def _trimmed(schema: Json) -> Json:
    if "$ref" in schema:
        return {"$ref": "#/definitions/" + schema["$ref"].removeprefix(_PREFIX)}
    if len(schema.get("allOf", ())) == 1:
        return _trimmed(schema["allOf"][0])
    kept: Json = {key: schema[key] for key in ("type", "required") if key in schema}
    if "enum" in schema:
        kept["enum"] = ["", *schema["enum"]]  # the empty word is Go's way to say nothing
    if "items" in schema:
        kept["items"] = _trimmed(schema["items"])
    if "properties" in schema:
        kept["properties"] = {key: _trimmed(value) for key, value in schema["properties"].items()}
        kept["additionalProperties"] = False
    elif isinstance(schema.get("additionalProperties"), dict):
        kept["additionalProperties"] = _trimmed(schema["additionalProperties"])
    return kept


def _reachable(names: Iterable[str], found: Json) -> list[str]:
    todo, used = list(names), set[str]()
    while todo:
        name = todo.pop()
        if name not in used:
            used.add(name)
            todo += _references(found[name])
    return sorted(used)


def _references(schema: Any) -> Iterable[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "$ref" and isinstance(value, str):
                yield value.removeprefix("#/definitions/")
            else:
                yield from _references(value)


def pack(schema: Json) -> bytes:
    """Compressed, without a time stamp."""
    return gzip.compress(json.dumps(schema, sort_keys=True, separators=(",", ":")).encode(), mtime=0)


def _ask(options: list[str], path: str) -> Json:
    done = subprocess.run(["kubectl", *options, "get", "--raw", path], capture_output=True, check=True)
    answer: Json = json.loads(done.stdout)
    return answer


def _is_ours(path: str) -> bool:
    *group, version = path.split("/")
    return version == _STABLE and group[0] in {"api", "apis"} and _THIRD_PARTY not in group


def main(options: list[str]) -> None:
    """Ask the cluster and rewrite the file."""
    paths = sorted(filter(_is_ours, _ask(options, "/openapi/v3")["paths"]))
    paths += [path for path in ("apis/autoscaling/v2",) if path in _ask(options, "/openapi/v3")["paths"]]
    version = _ask(options, "/version")["gitVersion"]
    packed = pack(extract(version, (_ask(options, f"/openapi/v3/{path}") for path in paths)))
    TARGET.write_bytes(packed)
    sys.stdout.write(f"wrote {TARGET.name}: {len(packed)} bytes, Kubernetes {version}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
