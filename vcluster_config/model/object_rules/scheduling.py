"""Where pods may run: tolerations, affinities, label selectors, spreading (core/v1, validation of PodSpec)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from vcluster_config.model.object_rules.breaches import (
    KEY,
    NAME,
    VALUE,
    Breach,
    Json,
    Rule,
    at_least,
    clash,
    lacking,
    needed,
    spelled,
    unfit,
)


def _toleration(item: Json) -> Iterator[Breach]:
    operator = item.get("operator") or "Equal"
    yield from spelled(KEY, item.get("key") or None, "key")
    if not item.get("key") and operator != "Exists":
        where = ("operator",) if item.get("operator") else ()
        yield clash(where, "has no key, so it is for any taint", "set operator to Exists, or add the key")
    if operator == "Exists" and item.get("value"):
        yield clash(("value",), "stands beside operator Exists, which takes any value", "remove it, or say Equal")
    elif operator == "Equal":
        yield from spelled(VALUE, item.get("value"), "value")
    if "tolerationSeconds" in item and item.get("effect") != "NoExecute":
        advice = "set effect to NoExecute, or remove it"
        yield clash(("tolerationSeconds",), "only means something with effect NoExecute", advice)


def _requirement(item: Json) -> Iterator[Breach]:
    """Of labels, as selectors of labels and of nodes have it."""
    yield from spelled(KEY, item["key"], "key")
    operator, values = item["operator"], item.get("values", [])
    if operator in ("In", "NotIn") and not values:
        yield lacking(item, "values", f"operator {operator} needs at least one value")
    if operator in ("Exists", "DoesNotExist") and values:
        yield clash(("values",), f"stands beside operator {operator}, which takes none", "remove it, or say In")
    if operator in ("Gt", "Lt") and (len(values) != 1 or not values[0].lstrip("-").isdecimal()):
        yield lacking(item, "values", f"operator {operator} needs one whole number")
    for index, value in enumerate(values if operator in ("In", "NotIn") else ()):
        yield from spelled(VALUE, value, "values", index)


def _selector(item: Json) -> Iterator[Breach]:
    for key, value in item.get("matchLabels", {}).items():
        yield from spelled(KEY, key, "matchLabels", key)
        yield from spelled(VALUE, value, "matchLabels", key)


def _node_selector(item: Json) -> Iterator[Breach]:
    yield from needed(item, "nodeSelectorTerms")


def _node_term(item: Json) -> Iterator[Breach]:
    for index, field in enumerate(item.get("matchFields", ())):
        if field["key"] != "metadata.name":
            yield unfit(("matchFields", index, "key"), "metadata.name")
        if field["operator"] not in ("In", "NotIn"):
            yield unfit(("matchFields", index, "operator"), "In or NotIn")
        elif len(field.get("values", ())) > 1:
            yield unfit(("matchFields", index, "values"), "one name")


def _affinity_term(item: Json) -> Iterator[Breach]:
    yield from _topology(item)
    for index, name in enumerate(item.get("namespaces", ())):
        yield from spelled(NAME, name, "namespaces", index)
    for keys in ("matchLabelKeys", "mismatchLabelKeys"):
        if item.get(keys) and "labelSelector" not in item:
            yield clash((keys,), "adds to labelSelector, which is missing", "add labelSelector, or remove it")


def _topology(item: Json) -> Iterator[Breach]:
    yield from spelled(KEY, item["topologyKey"], "topologyKey")


def _spread(item: Json) -> Iterator[Breach]:
    yield from _topology(item)
    yield from at_least(1, item.get("minDomains"), "minDomains")
    if "minDomains" in item and item["whenUnsatisfiable"] != "DoNotSchedule":
        advice = "set whenUnsatisfiable to DoNotSchedule, or remove it"
        yield clash(("minDomains",), "only means something with whenUnsatisfiable DoNotSchedule", advice)
    if item.get("matchLabelKeys") and "labelSelector" not in item:
        yield clash(("matchLabelKeys",), "adds to labelSelector, which is missing", "add labelSelector, or remove it")


RULES: Final[dict[str, Rule]] = {
    "LabelSelector": _selector,
    "LabelSelectorRequirement": _requirement,
    "NodeSelector": _node_selector,
    "NodeSelectorRequirement": _requirement,
    "NodeSelectorTerm": _node_term,
    "PodAffinityTerm": _affinity_term,
    "Toleration": _toleration,
    "TopologySpreadConstraint": _spread,
}
