from __future__ import annotations

import pytest

from tests.unit.translate.pod_samples import pod, translated
from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.selectors import selects

OURS = {"vcluster.loft.sh/managed-by": "vc"}
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def term(**fields: object) -> JSON:
    return {"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "web"}}, **fields}


def host_selector(fields: JSON, **overrides: object) -> JSON:
    virtual = pod(affinity={"podAntiAffinity": {REQUIRED: [term(**fields)]}})
    found = translated(virtual, **overrides)["spec"]["affinity"]["podAntiAffinity"][REQUIRED][0]
    assert set(found) == {"topologyKey", "labelSelector"}
    result: JSON = found["labelSelector"]
    return result


def namespaces(*names: str) -> JSON:
    return {"key": "vcluster.loft.sh/namespace", "operator": "In", "values": list(names)}


TEAM = markers.namespace_label_key("team", "vc")


@pytest.mark.parametrize(
    ("fields", "labels", "expressions"),
    [
        ({}, {"vcluster.loft.sh/namespace": "shop"}, []),
        ({"namespaces": ["a"]}, {"vcluster.loft.sh/namespace": "a"}, []),
        ({"namespaces": ["b", "a"]}, {}, [namespaces("a", "b")]),
        ({"namespaceSelector": {}}, {}, []),
        ({"namespaceSelector": {}, "namespaces": ["a"]}, {}, []),
        ({"namespaceSelector": {"matchLabels": {"team": "blue"}}}, {TEAM: "blue"}, []),
        (
            {"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}},
            {},
            [{"key": TEAM, "operator": "Exists"}],
        ),
        (
            {"namespaces": ["a"], "namespaceSelector": {"matchLabels": {"team": "blue"}}},
            {},
            [namespaces("a", "blue-1", "blue-2")],
        ),
        ({"matchLabelKeys": ["pod-template-hash"]}, {"vcluster.loft.sh/namespace": "shop"}, []),
    ],
)
def test_terms(fields: JSON, labels: dict[str, str], expressions: list[JSON]) -> None:
    found = host_selector(fields, matching_namespaces=lambda selector: ["blue-2", "blue-1"])
    assert found["matchLabels"] == {"app": "web", **OURS, **labels}
    assert found.get("matchExpressions", []) == expressions


def test_a_term_without_selector_matches_nothing_on_both_sides() -> None:
    virtual = pod(affinity={"podAffinity": {REQUIRED: [{"topologyKey": "zone", "namespaces": ["a"]}]}})
    assert translated(virtual)["spec"]["affinity"]["podAffinity"][REQUIRED] == [{"topologyKey": "zone"}]


def test_preferred_terms_keep_their_weight_and_node_affinity_its_words() -> None:
    node_affinity = {REQUIRED: {"nodeSelectorTerms": [{"matchFields": []}]}}
    affinity = {
        "nodeAffinity": node_affinity,
        "podAffinity": {PREFERRED: [{"weight": 3, "podAffinityTerm": term()}]},
    }
    found = translated(pod(affinity=affinity))["spec"]["affinity"]
    assert found["nodeAffinity"] == node_affinity
    item = found["podAffinity"][PREFERRED][0]
    assert item["weight"] == 3
    assert item["podAffinityTerm"]["labelSelector"]["matchLabels"]["vcluster.loft.sh/namespace"] == "shop"


def test_topology_spread_counts_pods_of_the_same_virtual_namespace() -> None:
    constraint = {
        "maxSkew": 1,
        "topologyKey": "zone",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
        "matchLabelKeys": ["pod-template-hash", "absent", "app"],
    }
    virtual = pod(metadata={"labels": {"app": "web", "pod-template-hash": "h"}}, topologySpreadConstraints=[constraint])
    assert translated(virtual)["spec"]["topologySpreadConstraints"] == [
        {
            "maxSkew": 1,
            "topologyKey": "zone",
            "whenUnsatisfiable": "DoNotSchedule",
            "labelSelector": {
                "matchLabels": {"app": "web", **OURS, "vcluster.loft.sh/namespace": "shop"},
                "matchExpressions": [{"key": "pod-template-hash", "operator": "In", "values": ["h"]}],
            },
        }
    ]


def test_topology_spread_without_selector_is_copied() -> None:
    constraint = {"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}
    assert translated(pod(topologySpreadConstraints=[constraint]))["spec"]["topologySpreadConstraints"] == [constraint]


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({}, True),
        ({"matchLabels": {"a": "1"}}, True),
        ({"matchLabels": {"a": "2"}}, False),
        ({"matchExpressions": [{"key": "a", "operator": "In", "values": ["1", "2"]}]}, True),
        ({"matchExpressions": [{"key": "b", "operator": "NotIn", "values": ["1"]}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "NotIn", "values": ["1"]}]}, False),
        ({"matchExpressions": [{"key": "a", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}, False),
    ],
)
def test_label_selectors(selector: JSON, expected: bool) -> None:
    assert selects(selector, {"a": "1"}) is expected
