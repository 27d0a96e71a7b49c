"""Resources that the API server does not know, and amounts that it does not take, are found where they stand."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint
from tests.unit.config.object_cases import QUOTAS, UNKNOWN_QUOTAS

QUOTA = "policies.resourceQuota"
LIMITS = "policies.limitRange"


def found(text: str) -> list[tuple[str, str]]:
    return [(item.code, item.path) for item in lint(text).diagnostics]


@pytest.mark.parametrize("name", UNKNOWN_QUOTAS)
def test_a_quota_of_an_unknown_resource_is_refused_at_its_name(name: str) -> None:
    text = f"policies:\n  resourceQuota:\n    quota:\n      {name}: 1\n"
    (item,) = lint(text).diagnostics
    assert (item.code, item.span.line, item.span.column) == ("VC104", 4, 7)


def test_a_misspelled_resource_is_told_what_it_was_meant_to_be() -> None:
    (item,) = lint("policies: {resourceQuota: {quota: {request.memory: 1Gi}}}").diagnostics
    assert [suggestion.title for suggestion in item.suggestions] == ["did you mean requests.memory?"]


@pytest.mark.parametrize("name", QUOTAS)
def test_quotas_that_kubernetes_knows_are_taken(name: str) -> None:
    assert found(f"policies: {{resourceQuota: {{quota: {{{name}: 100}}}}}}") == []


@pytest.mark.parametrize("amount", ["pods: 1500m", "count/pods: 2500m", "requests.cpu: -1", "services: -2"])
def test_amounts_of_a_quota_are_whole_and_not_negative(amount: str) -> None:
    name = amount.partition(":")[0]
    path = f'{QUOTA}.quota."{name}"' if "." in name else f"{QUOTA}.quota.{name}"
    assert found(f"policies: {{resourceQuota: {{quota: {{{amount}}}}}}}") == [("VC104", path)]


@pytest.mark.parametrize(
    ("levels", "path"),
    [
        ("min: {cpu: 2}, max: {cpu: 3}", "min.cpu"),  # above the default request of 100m
        ("max: {memory: 256Mi}", "max.memory"),  # below the default limit of 512Mi
        ("default: {cpu: 2}, max: {cpu: 1500m}", "default.cpu"),
        ("defaultRequest: {cpu: 3}", "defaultRequest.cpu"),
        ("min: {example.com/gpu: 2}, max: {example.com/gpu: 1}", 'min."example.com/gpu"'),
    ],
)
def test_levels_of_a_limit_range_rise(levels: str, path: str) -> None:
    assert found(f"policies: {{limitRange: {{{levels}}}}}") == [("VC701", f"{LIMITS}.{path}")]


def test_levels_that_rise_are_taken() -> None:
    levels = "min: {cpu: 10m}, defaultRequest: {cpu: 10m}, default: {cpu: 2}, max: {cpu: 2, example.com/gpu: 1}"
    assert found(f"policies: {{limitRange: {{{levels}}}}}") == []


def test_containers_ask_for_resources_that_nodes_have() -> None:
    asked = "resources: {limits: {gpu: 1, example.com/gpu: 1, hugepages-2Mi: 2Mi}}"
    path = "controlPlane.statefulSet.resources.limits.gpu"
    assert found(f"controlPlane: {{statefulSet: {{{asked}}}}}") == [("VC104", path)]
    sidecar = f"{{name: a, image: b, {asked}}}"
    path = "controlPlane.statefulSet.sidecarContainers[0].resources.limits.gpu"
    assert found(f"controlPlane: {{statefulSet: {{sidecarContainers: [{sidecar}]}}}}") == [("VC104", path)]


def test_nobody_asks_for_less_than_nothing() -> None:
    path = "controlPlane.coredns.deployment.resources.requests.cpu"
    assert found("controlPlane: {coredns: {deployment: {resources: {requests: {cpu: -1}}}}}") == [("VC104", path)]


def test_scopes_fit_each_other_and_the_quota() -> None:
    only_pods = "quota: {pods: 3, requests.storage: null, limits.ephemeral-storage: null, services.nodeports: null, "
    only_pods += "requests.ephemeral-storage: null, services.loadbalancers: null}"
    assert found(f"policies: {{resourceQuota: {{scopes: [Terminating], {only_pods}}}}}") == []
    twice = found(f"policies: {{resourceQuota: {{scopes: [Terminating, NotTerminating], {only_pods}}}}}")
    assert twice == [("VC218", f"{QUOTA}.scopes[1]")]
    for scope in ("Terminating", "BestEffort", "PriorityClass", "VolumeAttributesClass"):
        assert found(f"policies: {{resourceQuota: {{scopes: [{scope}]}}}}") == [("VC218", f"{QUOTA}.scopes[0]")]
