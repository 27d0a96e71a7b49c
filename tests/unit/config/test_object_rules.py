"""Rules about Kubernetes objects that fit their schema, which an API server of tests/chart is asked about too."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.config.linting import lint, places
from tests.unit.config.object_cases import BEYOND_THE_SERVER, CASES, Case
from vcluster_config.model.kubernetes import KubeType, refusals
from vcluster_config.model.object_rules.rules import RULES
from vcluster_config.source.diagnostic import Span
from vcluster_config.source.node import Entry, Items, Node, Scalar, dotted, mapping

HERE = Span("vcluster.yaml", 1, 1, 1, 2)
SCHEDULING = "controlPlane:\n  statefulSet:\n    scheduling:\n"


def node(value: Any) -> Node:
    if isinstance(value, dict):
        return mapping(HERE, [Entry(key, HERE, node(item)) for key, item in value.items()])
    if isinstance(value, list):
        return Items(HERE, tuple(node(item) for item in value), 1)
    return Scalar(HERE, value, str(value))


def refused(kind: str, value: dict[str, Any]) -> list[str]:
    return [dotted(item.path) for item in refusals(KubeType(kind), node(value), ())]


@pytest.mark.parametrize("case", [*CASES, *BEYOND_THE_SERVER], ids=str)
def test_what_breaks_a_rule_is_found_where_it_stands(case: Case) -> None:
    assert refused(case.type, case.wrong) == [case.path]


@pytest.mark.parametrize("case", [*CASES, *BEYOND_THE_SERVER], ids=str)
def test_what_keeps_the_rules_is_taken(case: Case) -> None:
    assert refused(case.type, case.right) == []


def test_every_rule_is_tested() -> None:
    told = {"DownwardAPIProjection", "DownwardAPIVolumeSource", "ImageVolumeSource"}  # share the rules of others
    assert set(RULES) - told == {case.type for case in CASES}


def test_a_clash_is_told_in_one_sentence_with_a_way_out() -> None:
    report = lint(SCHEDULING + "      tolerations: [{key: a, operator: Exists, value: b}]")
    assert places(report) == ["4:55 VC218 controlPlane.statefulSet.scheduling.tolerations[0].value"]
    (found,) = report.diagnostics
    assert found.message.endswith("tolerations[0].value stands beside operator Exists, which takes any value")
    assert [item.title for item in found.suggestions] == ["remove it, or say Equal"]


def test_no_mistake_hides_another() -> None:
    text = """
        controlPlane:
          statefulSet:
            sidecarContainers:
            - name: A
              image: x
              env: [{name: a, value: b, valueFrom: {secretKeyRef: {key: b}}}]
              livenessProbe: {successThreshold: 3}
    """
    sidecar = "controlPlane.statefulSet.sidecarContainers[0]"
    assert places(lint(text)) == [
        f"4:13 VC104 {sidecar}.name",
        f"6:44 VC218 {sidecar}.env[0].valueFrom",
        f"6:45 VC105 {sidecar}.env[0].valueFrom.secretKeyRef.name",
        f"7:22 VC218 {sidecar}.livenessProbe",
        f"7:41 VC104 {sidecar}.livenessProbe.successThreshold",
    ]


def test_a_wrong_type_is_no_reason_to_fail() -> None:
    report = lint(SCHEDULING + "      tolerations: [{key: 3, operator: Exists, value: b}]")
    assert [found.path for found in report.diagnostics] == ["controlPlane.statefulSet.scheduling.tolerations[0].key"]


def test_null_is_no_value() -> None:
    assert lint(SCHEDULING + "      tolerations: [{key: a, operator: Exists, value: null}]").diagnostics == []
