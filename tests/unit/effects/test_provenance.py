"""Every rendered field leads back to the lines, or the defaults, that decide it."""

from __future__ import annotations

import pytest

from tests.unit.effects.configs import RELEASE, report, values
from vcluster_config.compile import compile_config
from vcluster_config.effects.provenance import Cause, NoSuchObject, Search, settings_of, subjects
from vcluster_config.source.node import dotted


def causes(text: str, subject: str, *, all_defaults: bool = False) -> list[Cause]:
    checked = report(text)
    assert checked.config is not None
    chart = compile_config(checked.config).values()
    (found,) = subjects(chart, subject, RELEASE)
    return settings_of(Search.of(checked.document, chart, found, RELEASE), all_defaults=all_defaults)


def named(found: list[Cause]) -> list[tuple[str, bool]]:
    return [(dotted(cause.path), cause.written) for cause in found]


def test_a_line_is_the_cause_of_what_it_sets() -> None:
    text = "controlPlane: {statefulSet: {labels: {team: blue}, persistence: {volumeClaim: {size: 9Gi}}}}"
    assert named(causes(text, "StatefulSet.metadata.labels.team")) == [("controlPlane.statefulSet.labels.team", True)]
    (cause,) = causes(text, "StatefulSet/demo.spec.volumeClaimTemplates[data].spec.resources")
    assert dotted(cause.path) == "controlPlane.statefulSet.persistence.volumeClaim.size"
    assert (cause.change.before, cause.change.after) == ("9Gi", "5Gi")


def test_a_line_that_says_the_default_still_decides() -> None:
    found = causes("controlPlane: {statefulSet: {highAvailability: {replicas: 1}}}", "StatefulSet.spec.replicas")
    assert ("controlPlane.statefulSet.highAvailability.replicas", True) in named(found)


def test_defaults_are_named_when_no_line_decides() -> None:
    found = causes("sync: {toHost: {secrets: {all: true}}}", "StatefulSet.spec.replicas")
    assert named(found)[0] == ("controlPlane.statefulSet.highAvailability.replicas", False)
    assert found[0].default == 1


def test_lines_alone_are_named_unless_defaults_are_asked_for() -> None:
    text = "sync: {toHost: {persistentVolumeClaims: {enabled: false}}}"
    assert named(causes(text, "Role/vc-demo")) == [("sync.toHost.persistentVolumeClaims.enabled", True)]
    both = named(causes(text, "Role/vc-demo", all_defaults=True))
    assert both[0] == ("sync.toHost.persistentVolumeClaims.enabled", True)
    assert ("sync.toHost.configMaps.enabled", False) in both


def test_a_line_that_cannot_go_alone_goes_with_its_section() -> None:
    text = """
    controlPlane:
      backingStore: {database: {external: {enabled: true, dataSource: "postgres://user:password@db/name"}}}
      statefulSet: {highAvailability: {replicas: 3}}
    """
    found = {path for path, written in named(causes(text, "Deployment.spec.replicas")) if written}
    assert "controlPlane.statefulSet.highAvailability.replicas" in found


def test_fields_of_the_syncer_configuration_have_causes_too() -> None:
    found = causes("sync: {fromHost: {nodes: {enabled: true}}}", "Secret/vc-config-demo")
    assert named(found) == [("sync.fromHost.nodes.enabled", True)]


def test_an_object_that_exists_because_of_a_line() -> None:
    (cause,) = causes("sync: {fromHost: {nodes: {enabled: true}}}", "ClusterRole")
    assert cause.change.after is None


@pytest.mark.parametrize("subject", ["Role", "role", "Role/vc-demo", "role.rules"])
def test_objects_go_by_kind_name_and_key(subject: str) -> None:
    (found,) = subjects(values(), subject, RELEASE)
    assert found.identity.kind == "Role"


def test_a_kind_alone_means_all_of_its_objects() -> None:
    assert {item.identity.name for item in subjects(values(), "Service", RELEASE)} == {"demo", "demo-headless"}


@pytest.mark.parametrize(
    ("subject", "message"),
    [("Nothing", "objects are ServiceAccount/vc-demo"), ("StatefulSet.spec.nothing", "has no field spec.nothing")],
)
def test_unknown_subjects_are_answered(subject: str, message: str) -> None:
    with pytest.raises(NoSuchObject, match=message):
        subjects(values(), subject, RELEASE)
