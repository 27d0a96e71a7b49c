"""Amounts that contradict each other are found before Kubernetes refuses a pod."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint, places

PLANE = "controlPlane.statefulSet.resources"


def sizing(text: str) -> list[str]:
    return [place for place in places(lint(text)) if " VC7" in place]


SIDECAR = "resources: {requests: {memory: 2G}, limits: {memory: 1Gi}}"
CONTAINERS = f"controlPlane: {{statefulSet: {{sidecarContainers: [{{name: a, image: b, {SIDECAR}}}]}}}}"


def plane(resources: str) -> str:
    return f"controlPlane: {{statefulSet: {{resources: {{{resources}}}}}}}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (plane("requests: {cpu: 3}, limits: {cpu: 2}"), f"{PLANE}.requests.cpu"),
        (plane("limits: {memory: 100Mi}"), f"{PLANE}.limits.memory"),
        (plane("requests: {memory: 100Gi}"), f"{PLANE}.requests.memory"),
        (
            "policies: {limitRange: {defaultRequest: {cpu: 1500m}, default: {cpu: 1}}}",
            "policies.limitRange.defaultRequest.cpu",
        ),
        ("policies: {limitRange: {min: {cpu: 2}, max: {cpu: 1}}}", "policies.limitRange.min.cpu"),
        (CONTAINERS, "controlPlane.statefulSet.sidecarContainers[0].resources.requests.memory"),
    ],
)
def test_requests_above_limits(text: str, expected: str) -> None:
    assert [place.split()[1:] for place in sizing(text)] == [["VC701", expected]]


@pytest.mark.parametrize(
    "text",
    [
        "controlPlane: {statefulSet: {resources: {requests: {cpu: 1000m}, limits: {cpu: 1}}}}",
        "controlPlane: {statefulSet: {resources: {requests: {cpu: 64}}}}",
        "controlPlane: {statefulSet: {pods: {labels: {resources: a}}}}",
        "policies: {resourceQuota: {enabled: false, quota: {requests.cpu: 1m}}}",
        "policies: {resourceQuota: {enabled: true}}",
        "policies: {resourceQuota: {enabled: true, quota: {requests.memory: 8Gi, count/pods: 2}}}",
    ],
)
def test_what_fits_is_not_found(text: str) -> None:
    assert sizing(text) == []


@pytest.mark.parametrize(
    ("quota", "more", "found"),
    [
        ("requests.memory: 200Mi", "{}", ["requests.memory"]),
        ("requests.cpu: 100m", "{}", ["requests.cpu"]),
        ("count/pods: 1", "{}", ["count/pods"]),
        ("count/pods: 1", "{coredns: {enabled: false}}", []),
        ("requests.memory: 1Gi", "{statefulSet: {resources: {requests: {memory: 1Gi}}}}", ["requests.memory"]),
    ],
)
def test_a_quota_leaves_room_for_the_control_plane(quota: str, more: str, found: list[str]) -> None:
    report = lint(f"policies: {{resourceQuota: {{enabled: true, quota: {{{quota}}}}}}}\ncontrolPlane: {more}\n")
    assert [item.message.split()[3] for item in report.diagnostics if item.code == "VC702"] == found


def test_a_quota_that_follows_the_limit_range_counts() -> None:
    text = "policies: {limitRange: {enabled: true}, resourceQuota: {quota: {requests.memory: 1Mi}}}"
    assert [place.split()[1] for place in sizing(text)] == ["VC702"]
