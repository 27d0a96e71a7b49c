"""Manifests that a file carries as text are held against Kubernetes' schema, at the place in them that is wrong."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint
from vcluster_config.judged import judge
from vcluster_config.source.codes import Code

PLACES = (
    "experimental: {{deploy: {{host: {{manifests: {}}}}}}}",
    "experimental: {{deploy: {{vcluster: {{manifests: {}}}}}}}",
    "controlPlane: {{coredns: {{overwriteManifests: {}}}}}",
)
CONFIG_MAP = r"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
DEPLOYMENT = r"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: b}\n"
TEMPLATE = "selector: {matchLabels: {a: b}}, template: {}"


def found(place: str, manifests: str) -> list[str]:
    report = judge(lint(place.format(f'"{manifests}"')))
    errors = [item for item in report.diagnostics if item.code is Code.OUTPUT_REFUSED]
    assert report.failed is bool(errors)
    return [item.message for item in errors]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("manifests", "wrong", "sentence"),
    [
        (CONFIG_MAP + "data: {b: 5}", "5}", "ConfigMap/a: data.b is 5, expected string"),
        (CONFIG_MAP + "dat: {}", "{}", "ConfigMap/a: dat is no field that Kubernetes knows"),
        (
            CONFIG_MAP + DEPLOYMENT + f"spec: {{{TEMPLATE}, replicas: many}}",
            "many",
            'Deployment/b: spec.replicas is "many", expected integer',
        ),
        (
            DEPLOYMENT + "spec: {selector: {}, template: {spec: {containers: [{image: c}]}}}",
            "{image: c}",
            "Deployment/b: spec.template.spec.containers[0].name is missing",
        ),
    ],
)
def test_what_kubernetes_would_refuse_is_an_error(place: str, manifests: str, wrong: str, sentence: str) -> None:
    before = manifests[: manifests.index(wrong)].replace(r"\n", "\n")
    where = f"line {before.count(chr(10)) + 1}, column {len(before) - before.rindex(chr(10))}"
    assert found(place, manifests) == [f"Kubernetes would refuse {sentence}, at {where} of the manifests"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    "manifests",
    [
        CONFIG_MAP + "data: {b: '5', c: null}",
        CONFIG_MAP + DEPLOYMENT + f"spec: {{{TEMPLATE}, replicas: 2}}",
        r"apiVersion: example.com/v1\nkind: Own\nmetadata: {name: a}\nwhatever: 5",
        " ",
    ],
)
def test_what_kubernetes_would_take_or_does_not_know_is_none(place: str, manifests: str) -> None:
    assert found(place, manifests) == []
