"""Rules about upgrades: what Kubernetes refuses, and what would be left behind without a word."""

from __future__ import annotations

import pytest

from vcluster_config.lint.check import check
from vcluster_config.source.parse import SourceFile


def found(before: str, after: str) -> list[tuple[str, str, str]]:
    """Severity, code and path of each finding about the upgrade."""
    previous = check([SourceFile("installed.yaml", before)]).config
    assert previous is not None
    report = check([SourceFile("vcluster.yaml", after)], previous=previous)
    return [(item.severity, item.code, item.path) for item in report.diagnostics if item.code.startswith("VC8")]


def remote(source: str) -> str:
    return f"controlPlane: {{backingStore: {{database: {{external: {{enabled: true, dataSource: '{source}'}}}}}}}}"


EMBEDDED = "controlPlane: {backingStore: {etcd: {embedded: {enabled: true}}}}"
DEPLOYED = "controlPlane: {backingStore: {etcd: {deploy: {enabled: true}}}}"
NO_CLAIM = "controlPlane: {statefulSet: {persistence: {volumeClaim: {enabled: false}}}}"
TEMPLATE = "{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}"
CLAIM = "controlPlane.statefulSet.persistence.volumeClaim"


@pytest.mark.parametrize("text", ["{}", remote("postgres://a:b@c/d"), EMBEDDED, NO_CLAIM])
def test_the_same_file_is_no_upgrade(text: str) -> None:
    assert found(text, text) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (EMBEDDED, "{}"),
        ("{}", EMBEDDED),
        (EMBEDDED, DEPLOYED),
        (DEPLOYED, EMBEDDED),
        ("{}", DEPLOYED),
        ("{}", remote("mysql://a:b@tcp(c:1)/d")),
    ],
)
def test_other_stores_start_empty(before: str, after: str) -> None:
    assert [(severity, code) for severity, code, _ in found(before, after)] == [("error", "VC802")]


def test_another_database_is_a_warning_that_shows_no_password() -> None:
    previous = check([SourceFile("installed.yaml", remote("postgres://a:hunter2@c/d"))]).config
    report = check([SourceFile("vcluster.yaml", remote("postgres://a:hunter3@e/d"))], previous=previous)
    (item,) = [item for item in report.diagnostics if item.code.startswith("VC8")]
    assert (item.severity, item.path) == ("warning", "controlPlane.backingStore.database.external.dataSource")
    assert "hunter" not in item.message + item.found + "".join(hint.title for hint in item.suggestions)


def test_a_claim_is_not_dropped() -> None:
    assert found("{}", NO_CLAIM) == [("error", "VC802", f"{CLAIM}.enabled")]
    assert found(NO_CLAIM, "{}") == [("warning", "VC802", f"{CLAIM}.enabled")]


@pytest.mark.parametrize(
    ("before", "after", "path"),
    [
        ("{}", "{controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 9Gi}}}}}", f"{CLAIM}.size"),
        (
            f"controlPlane: {{statefulSet: {{persistence: {{volumeClaimTemplates: [{TEMPLATE}]}}}}}}",
            "{}",
            "controlPlane.statefulSet.persistence.volumeClaimTemplates",
        ),
        ("serviceCIDR: 10.96.0.0/12", "serviceCIDR: 10.97.0.0/16", "serviceCIDR"),
        ("serviceCIDR: 10.96.0.0/12", "networking: {serviceCIDR: 10.97.0.0/16}", "networking.serviceCIDR"),
        ("networking: {serviceCIDR: 10.96.0.0/12}", "{}", "serviceCIDR"),
        (
            "controlPlane: {distro: {k3s: {enabled: true, token: a}}}",
            "controlPlane: {distro: {k3s: {enabled: true, token: b}}}",
            "controlPlane.distro.k3s.token",
        ),
        ("{}", "networking: {advanced: {clusterDomain: x.y}}", "networking.advanced.clusterDomain"),
    ],
)
def test_what_is_fixed_for_life(before: str, after: str, path: str) -> None:
    assert ("error", "VC803", path) in found(before, after)


@pytest.mark.parametrize("older", [True, False])
def test_a_setting_may_move_to_its_newer_name(older: bool) -> None:
    names = ["serviceCIDR: 10.96.0.0/12", "networking: {serviceCIDR: 10.96.0.0/12}"]
    before, after = names if older else reversed(names)
    assert [code for _, code, _ in found(before, after) if code.startswith("VC8")] == []


def test_a_distro_stays() -> None:
    assert ("error", "VC801") in [
        (severity, code) for severity, code, _ in found("{}", "controlPlane: {distro: {k3s: {enabled: true}}}")
    ]


@pytest.mark.parametrize(
    ("before", "after", "severity"), [("v1.36.1", "v1.35.4", "error"), ("v1.33.1", "v1.35.1", "warning")]
)
def test_versions_go_up_one_by_one(before: str, after: str, severity: str) -> None:
    file = "controlPlane: {{distro: {{k8s: {{version: {0}}}}}}}"
    assert [(item[0], item[1]) for item in found(file.format(before), file.format(after))] == [(severity, "VC804")]
