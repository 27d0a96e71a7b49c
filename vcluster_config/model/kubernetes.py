"""Checks objects that are handed to Kubernetes against its own schema, instead of letting the API server refuse them.

``kubernetes.json`` is extracted from the OpenAPI documents of an API server (``vcluster_config.schema.kubernetes``).
"""

import json
import pathlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from vcluster_config.source.node import Items, Mapping, Node, Path, Scalar, is_null

_PLAIN: Final[dict[str, tuple[type | tuple[type, ...], str]]] = {
    "string": (str, "text"),
    "boolean": (bool, "true or false"),
    "integer": (int, "a whole number"),
    "number": ((int, float), "a number"),
    "int-or-string": ((int, str), "a whole number or text"),
}
_DIGITS: Final = "[0-9]{1,30}"
DECIMAL: Final = rf"({_DIGITS}(\.[0-9]{{0,30}})?|\.{_DIGITS})"
SUFFIX: Final = "([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})"
QUANTITY: Final = rf"[+-]?{DECIMAL}{SUFFIX}?"
"""Grammar of a quantity; nothing longer means more, for Kubernetes caps at 2**63-1 and rounds up to a thousandth."""
_QUANTITY: Final = re.compile(QUANTITY)
_UNDECLARED: Final = {
    ("Container", "restartPolicy"): ("", "Always", "Never", "OnFailure"),
    ("ContainerResizePolicy", "restartPolicy"): ("NotRequired", "RestartContainer"),
    ("ContainerRestartRule", "action"): ("Restart", "RestartAllContainers"),
    ("ContainerRestartRuleOnExitCodes", "operator"): ("In", "NotIn"),
    ("LabelSelectorRequirement", "operator"): ("DoesNotExist", "Exists", "In", "NotIn"),
    ("PodSecurityContext", "seLinuxChangePolicy"): ("", "MountOption", "Recursive"),
    ("ServiceSpec", "trafficDistribution"): ("", "PreferClose", "PreferSameNode", "PreferSameZone"),
    ("VolumeMount", "recursiveReadOnly"): ("", "Disabled", "Enabled", "IfPossible"),
}
"""Closed sets that the API server enforces and its OpenAPI document does not tell."""
_RANGES: Final = {
    ("ContainerPort", "containerPort"): (1, 65535),
    ("ContainerPort", "hostPort"): (0, 65535),
    ("GRPCAction", "port"): (1, 65535),
    ("HTTPGetAction", "port"): (1, 65535),
    ("ServicePort", "nodePort"): (0, 65535),
    ("ServicePort", "port"): (1, 65535),
    ("ServicePort", "targetPort"): (1, 65535),
    ("TCPSocketAction", "port"): (1, 65535),
    ("TopologySpreadConstraint", "maxSkew"): (1, 2**31 - 1),
    ("WeightedPodAffinityTerm", "weight"): (1, 100),
    ("PreferredSchedulingTerm", "weight"): (1, 100),
}
"""Bounds that the API server enforces (https://kubernetes.io/docs/reference/kubernetes-api/)."""
_WHOLE: Final = ("integer", "int-or-string")
_INT64: Final = {
    "deletionGracePeriodSeconds",
    "expirationSeconds",
    "fsGroup",
    "generation",
    "runAsGroup",
    "runAsUser",
    "seconds",
    "supplementalGroups",
    "terminationGracePeriodSeconds",
    "tolerationSeconds",
}
"""Fields of 64 bits, by name; all other whole numbers of Kubernetes have 32, beyond which nothing can be decoded."""


@dataclass(frozen=True)
class KubeType:
    """Marks a value as an object of a Kubernetes type; ``partial`` ones are merged over computed fields."""

    name: str
    partial: bool = False


@dataclass(frozen=True)
class Refusal:
    """A place inside an object that Kubernetes would refuse, in the terms of the model's own errors.

    ``schema`` tells what does not fit its type from what breaks a rule.
    """

    path: Path
    error: dict[str, Any]
    schema: bool = True


@cache
def types() -> dict[str, Any]:
    """Known types; each has ``required`` and ``fields``, some ``choices``: closed sets of words by field."""
    text = pathlib.Path(__file__).with_name("kubernetes.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)["types"]
    return document


def choices_of(name: str, field: str) -> tuple[str, ...]:
    """Words that a field of a type may hold, or that its items may; empty when any will do."""
    declared: list[str] = types()[name].get("choices", {}).get(field, [])
    return tuple(declared) or _UNDECLARED.get((name, field), ())


def refusals(kind: KubeType, node: Node, path: Path) -> Iterator[Refusal]:
    """Everything about an object that does not fit its type."""
    yield from _object(kind.name, node, path, partial=kind.partial)


def _object(name: str, node: Node, path: Path, *, partial: bool = False) -> Iterator[Refusal]:
    if not isinstance(node, Mapping):
        yield Refusal(path, {"type": "model_type", "msg": ""})
        return
    refused = list(_fields(name, node, path, partial=partial))
    yield from refused
    # Rules may rely on what the schema needs, and on its types.
    if not any(item.schema for item in refused) and not (partial and types()[name]["required"]):
        from vcluster_config.model.object_rules.rules import breaches

        yield from (Refusal((*path, *below), error, schema=False) for below, error in breaches(name, node))


def _fields(name: str, node: Mapping, path: Path, *, partial: bool) -> Iterator[Refusal]:
    known = types()[name]
    fields = known["fields"]
    given = {entry.key for entry in node.entries if not is_null(entry.value)}
    for key in known["required"] if not partial else ():
        if key not in given:
            yield Refusal((*path, key), {"type": "missing"})
    for entry in node.entries:
        here = (*path, entry.key)
        if entry.key not in fields:
            yield Refusal(here, {"type": "unknown", "kind": name, "fields": list(fields)})
        elif not is_null(entry.value):
            yield from _value(fields[entry.key], entry.value, here, (name, entry.key))


def _value(kind: str, node: Node, path: Path, field: tuple[str, str]) -> Iterator[Refusal]:
    if kind.startswith("#"):
        yield from _object(kind[1:], node, path)
    elif kind.startswith("[]"):
        yield from _items(kind[2:], node, path, field)
    elif kind.startswith("{}"):
        yield from _map(kind[2:], node, path, field)
    elif kind != "any":
        yield from _scalar(kind, node, path, field)


def _items(kind: str, node: Node, path: Path, field: tuple[str, str]) -> Iterator[Refusal]:
    if not isinstance(node, Items):
        yield Refusal(path, {"type": "list_type", "msg": ""})
        return
    for index, item in enumerate(node.items):
        yield from _value(kind, item, (*path, index), field)


def _map(kind: str, node: Node, path: Path, field: tuple[str, str]) -> Iterator[Refusal]:
    if not isinstance(node, Mapping):
        yield Refusal(path, {"type": "dict_type", "msg": ""})
        return
    for entry in node.entries:
        yield from _value(kind, entry.value, (*path, entry.key), field)


def _scalar(kind: str, node: Node, path: Path, field: tuple[str, str]) -> Iterator[Refusal]:
    value = node.value if isinstance(node, Scalar) else node
    if kind == "quantity":
        if isinstance(value, bool) or not (isinstance(value, str | int | float) and _QUANTITY.fullmatch(str(value))):
            expected = "a Kubernetes quantity such as 500m, 2 or 4Gi"
            yield Refusal(path, {"type": "value", "ctx": {"expected": expected}})
        return
    accepted, expected = _PLAIN[kind]
    if not isinstance(value, accepted) or (isinstance(value, bool) and kind != "boolean"):
        yield Refusal(path, {"type": "kubernetes", "msg": expected})
    elif (words := choices_of(*field)) and value not in words:
        choices = ", ".join(f"'{choice}'" for choice in words)
        yield Refusal(path, {"type": "literal_error", "ctx": {"expected": choices}})
    elif isinstance(value, int) and kind in _WHOLE:
        end = 2**63 if field[1] in _INT64 else 2**31
        low, high = _RANGES.get(field, (-end, end - 1))
        yield from _outside(value, low, high, path)


def _outside(value: int, low: int, high: int, path: Path) -> Iterator[Refusal]:
    if value < low:
        yield Refusal(path, {"type": "greater_than_equal", "ctx": {"ge": low}})
    elif value > high:
        yield Refusal(path, {"type": "less_than_equal", "ctx": {"le": high}})
