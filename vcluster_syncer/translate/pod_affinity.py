"""Pod affinity and topology spread, confined to the virtual namespaces that they mean: the host has only one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.metadata import label_selector
from vcluster_syncer.translate.scope import Scope

MatchingNamespaces = Callable[[JSON], Collection[str]]
"""Names of the virtual namespaces that a label selector matches now."""

_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"


def host_affinity(scope: Scope, namespace: str, affinity: JSON, matching: MatchingNamespaces) -> JSON:
    """Host form of ``spec.affinity``; node affinity speaks of host nodes already."""
    result = dict(affinity)
    for field in ("podAffinity", "podAntiAffinity"):
        if affinity.get(field):
            result[field] = _terms(scope, namespace, affinity[field], matching)
    return result


def _terms(scope: Scope, namespace: str, affinity: JSON, matching: MatchingNamespaces) -> JSON:
    result: JSON = {}
    if affinity.get(_REQUIRED):
        result[_REQUIRED] = [_term(scope, namespace, term, matching) for term in affinity[_REQUIRED]]
    if affinity.get(_PREFERRED):
        result[_PREFERRED] = [
            {**item, "podAffinityTerm": _term(scope, namespace, item["podAffinityTerm"], matching)}
            for item in affinity[_PREFERRED]
        ]
    return result


def _term(scope: Scope, namespace: str, term: JSON, matching: MatchingNamespaces) -> JSON:
    """One term; the API server has merged (mis)matchLabelKeys into the selector, so they are left out."""
    result: JSON = {"topologyKey": term["topologyKey"]}
    if term.get("labelSelector") is not None:
        result["labelSelector"] = _selector(scope, namespace, term, matching)
    return result


def _selector(scope: Scope, namespace: str, term: JSON, matching: MatchingNamespaces) -> JSON:
    """The label selector with the namespaces in it (Kubernetes docs, "Assigning Pods to Nodes", namespace selector)."""
    listed, selector = term.get("namespaces") or (), term.get("namespaceSelector")
    if selector is None:
        return label_selector(scope, term["labelSelector"], listed or (namespace,))
    if not (selector.get("matchLabels") or selector.get("matchExpressions")):
        return label_selector(scope, term["labelSelector"], None)
    if listed:
        # The union of both cannot be said with label selectors, so the namespaces of this moment are taken.
        return label_selector(scope, term["labelSelector"], {*listed, *matching(selector)})
    return _and(label_selector(scope, term["labelSelector"], None), _by_namespace_labels(scope, selector))


def _by_namespace_labels(scope: Scope, selector: JSON) -> JSON:
    """A namespace selector as a pod selector: host pods carry the labels of their namespace under derived keys."""
    labels = (selector.get("matchLabels") or {}).items()
    expressions = selector.get("matchExpressions") or ()
    return {
        "matchLabels": {markers.namespace_label_key(key, scope.vcluster): value for key, value in labels},
        "matchExpressions": [
            {**item, "key": markers.namespace_label_key(item["key"], scope.vcluster)} for item in expressions
        ],
    }


def _and(first: JSON, second: JSON) -> JSON:
    labels = (first.get("matchLabels") or {}) | (second.get("matchLabels") or {})
    expressions = [*(first.get("matchExpressions") or ()), *(second.get("matchExpressions") or ())]
    return {"matchLabels": labels} | ({"matchExpressions": expressions} if expressions else {})


def host_topology_spread(scope: Scope, pod: JSON) -> list[JSON]:
    """Host form of ``spec.topologySpreadConstraints``; a constraint without selector counts no pods on both sides."""
    metadata = pod["metadata"]
    labels = metadata.get("labels") or {}
    return [
        _constraint(scope, metadata["namespace"], labels, item)
        for item in pod["spec"].get("topologySpreadConstraints") or ()
    ]


def _constraint(scope: Scope, namespace: str, labels: JSON, constraint: JSON) -> JSON:
    selector = constraint.get("labelSelector")
    if selector is None:
        return constraint
    result = {**constraint, "labelSelector": label_selector(scope, selector, (namespace,))}
    keys = result.pop("matchLabelKeys", None) or ()
    # Not every version merges these keys at creation, so it is done here once for all.
    named = {item["key"] for item in selector.get("matchExpressions") or ()} | set(selector.get("matchLabels") or ())
    extra = [
        {"key": markers.host_label_key(key, scope.vcluster), "operator": "In", "values": [labels[key]]}
        for key in keys
        if key in labels and key not in named
    ]
    if extra:
        expressions = result["labelSelector"].get("matchExpressions") or ()
        result["labelSelector"]["matchExpressions"] = [*expressions, *extra]
    return result
