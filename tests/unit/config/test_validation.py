"""The model refuses what cannot work, all at once, each at its place and with a way out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.config.linting import lint, places
from vcluster_config.effects.trees import pruned
from vcluster_config.model import Config, validate
from vcluster_config.model.build import Built
from vcluster_config.model.elsewhere import ELSEWHERE
from vcluster_config.model.suggest import is_setting
from vcluster_config.model.validation import validate_partially
from vcluster_config.source import SourceFile, load
from vcluster_config.source.codes import Code
from vcluster_config.source.node import walk


def test_every_problem_is_reported_at_once_in_order() -> None:
    report = lint("""
        sync:
          toHost:
            ingress: {enabled: true}
            pods:
              enabled: "true"
              translateImage: {a: 1.30}
            namespaces:
        privateNodes: {enabled: true}
        controlPlane:
          distro:
            k8s: {version: 1.30, enabled: yes}
          statefulSet:
            persistence: {volumeClaim: {retentionPolicy: retain, size: 5Gb}}
            scheduling: {tolerations: foo}
        policies: {limitRange: {enabled: sometimes}}
        """)
    assert places(report) == [
        "3:5 VC101 sync.toHost.ingress",
        "5:16 VC102 sync.toHost.pods.enabled",
        "6:27 VC006 sync.toHost.pods.translateImage.a",
        "7:5 VC106 sync.toHost.namespaces",
        "8:1 VC107 privateNodes",
        "11:20 VC006 controlPlane.distro.k8s.version",
        "11:35 VC004 controlPlane.distro.k8s.enabled",
        "13:50 VC103 controlPlane.statefulSet.persistence.volumeClaim.retentionPolicy",
        "13:64 VC104 controlPlane.statefulSet.persistence.volumeClaim.size",
        "14:31 VC102 controlPlane.statefulSet.scheduling.tolerations",
        "15:34 VC104 policies.limitRange.enabled",
    ]
    assert report.config is None


def test_a_bad_value_does_not_hide_rules_about_the_rest() -> None:
    report = lint("""
        sync: {toHost: {pods: {enabled: 7}}}
        controlPlane: {statefulSet: {highAvailability: {replicas: 3}}}
        """)
    assert places(report) == [
        "1:33 VC102 sync.toHost.pods.enabled",
        "2:59 VC203 controlPlane.statefulSet.highAvailability.replicas",
    ]


def test_rules_say_nothing_about_values_that_could_not_be_used() -> None:
    report = lint("controlPlane: {statefulSet: {highAvailability: {leaseDuration: soon, renewDeadline: 60}}}\n")
    assert [found.code for found in report.diagnostics] == ["VC102"]


def test_a_value_that_could_not_be_read_is_one_finding() -> None:
    text = "controlPlane: {statefulSet: {highAvailability: {replicas: .inf}, labels: {a: .NaN, b: *c}}}\n"
    assert [found.code for found in lint(text).diagnostics] == ["VC006", "VC006", "VC007"]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("sync: {toHost: {ingress: {}}}", "did you mean ingresses?"),
        ("sync: {toHost: {persistent_volume_claims: {}}}", "did you mean persistentVolumeClaims?"),
        ("Sync: {}", "did you mean sync?"),
        ("controlPlane: {coredns: {replicas: 2}}", "controlPlane.coredns.deployment.replicas"),
        ("podSecurityStandard: baseline", "policies.podSecurityStandard"),
        ("experimental: {deploy: {vcluster: {helm: [{chart: {nme: x}}]}}}", "did you mean name?"),
        ("policies: {podSecurityStandard: restrict}", "did you mean restricted?"),
        ("syncer: {}", "vcluster-config convert"),
        ("sync: {toHost: {}, secrets: {all: true}}", "move it to sync.toHost.secrets"),
        ("sync: {configmaps: {all: true}}", "vcluster-config convert"),
        ("nodeSelector: {a: b}", "controlPlane.statefulSet.scheduling.nodeSelector"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(text: str, title: str) -> None:
    titles = [suggestion.title for found in lint(text).diagnostics for suggestion in found.suggestions]
    assert any(title in shown for shown in titles)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("replicas: 3", "controlPlane.statefulSet.highAvailability.replicas"),
        ("controlPlane: {replicas: 3}", "controlPlane.statefulSet.highAvailability.replicas"),
        ("controlPlane: {coredns: {replicas: 3}}", "controlPlane.coredns.deployment.replicas"),
        ("tolerations: []", "controlPlane.statefulSet.scheduling.tolerations"),
        ("version: v1.36.3", "controlPlane.distro.k8s.version"),
        ("sync: {priorityClasses: {}}", "sync.toHost.priorityClasses"),
    ],
)
def test_the_place_most_files_mean_is_named_first(text: str, first: str) -> None:
    (found,) = lint(text).diagnostics
    assert found.suggestions[-1].title.startswith(f"a key of this name exists at {first}")


def test_kinds_of_old_files_moved_to_places_that_exist() -> None:
    moved = [answer.advice.partition(",")[0] for path, answer in ELSEWHERE.items() if answer.advice.startswith("move")]
    assert len(moved) > 15
    assert all(is_setting(tuple(place.removeprefix("move it to ").split("."))) for place in moved)


@pytest.mark.parametrize("text", ["enabled: true", "controlPlane: {enabled: true}"])
def test_a_key_that_stands_everywhere_is_not_sent_anywhere(text: str) -> None:
    (found,) = lint(text).diagnostics
    assert [suggestion.title.partition(":")[0] for suggestion in found.suggestions] == ["known keys here"]


def test_a_key_without_relatives_is_answered_with_the_known_ones() -> None:
    (found,) = lint("qqq: 1").diagnostics
    assert "controlPlane" in found.suggestions[0].title


@pytest.mark.parametrize("key", ["privateNodes", "platform", "snapshots", "deploy"])
def test_modes_that_are_not_built_are_answered_by_name(key: str) -> None:
    (on,) = lint(f"{key}: {{enabled: true}}").diagnostics
    (off,) = lint(f"{key}: {{enabled: false}}").diagnostics
    assert (on.code, on.severity) == ("VC107", "error")
    assert (off.code, off.severity) == ("VC107", "warning")


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("controlPlane.statefulSet.highAvailability.replicas", 97203685, "at most 1000"),
        ("controlPlane.coredns.deployment.replicas", -1, "at least 0"),
        ("controlPlane.backingStore.etcd.deploy.statefulSet.highAvailability.replicas", 1001, "at most 1000"),
        ("controlPlane.backingStore.etcd.embedded.snapshotCount", 0, "at least 1"),
        ("controlPlane.statefulSet.probes.livenessProbe.failureThreshold", 2**31, "at most 2147483647"),
    ],
)
def test_numbers_have_bounds_even_where_null_may_stand(key: str, value: int, expected: str) -> None:
    text = f"{key.replace('.', ': {')}: {value}{'}' * key.count('.')}"
    (found,) = lint(text).diagnostics
    assert (found.code, found.path, found.expected) == ("VC104", key, expected)


@pytest.mark.parametrize(
    ("members", "advice"), [(1, []), (4, ["use 3 or 5"]), (7, []), (9, ["use at most 7, as etcd advises"])]
)
def test_members_of_an_etcd_are_few_and_odd(members: int, advice: list[str]) -> None:
    text = f"""
    controlPlane:
      backingStore: {{etcd: {{embedded: {{enabled: true}}}}}}
      statefulSet: {{highAvailability: {{replicas: {members}}}}}
    """
    found = [item for item in lint(text).diagnostics if item.code == Code.ETCD_MEMBERS]
    assert [item.title for each in found for item in each.suggestions] == advice


def test_required_keys_are_missed_at_their_parent() -> None:
    report = lint("sync: {toHost: {pods: {patches: [{expression: value}]}}}")
    assert "1:34 VC105 sync.toHost.pods.patches[0].path" in places(report)


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("controlPlane: {ingress: {annotations: null}}", "control_plane.ingress.annotations", {}),
        (
            "policies: {limitRange: {default: {cpu: null, memory: 1Gi}}}",
            "policies.limit_range.default",
            {"ephemeral-storage": "8Gi", "memory": "1Gi"},
        ),
        ("policies: {resourceQuota: {scopes: null}}", "policies.resource_quota.scopes", []),
        ("controlPlane: {distro: {k3s: {image: {tag: null}}}}", "control_plane.distro.k3s.image.tag", ""),
        ("sync: {toHost: {services: {enabled: null}}}", "sync.to_host.services.enabled", False),
        ("sync:\n", "sync.to_host.services.enabled", True),
    ],
)
def test_null_removes_a_default_and_maps_merge_over_it(text: str, path: str, value: object) -> None:
    config = load_config(text)
    for name in path.split("."):
        config = getattr(config, name)
    assert config == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sync: {toHost: {pods: {patches: [{path: a, labels: {}}]}, customResources: {a.b: {enabled: true}}}}",
        "controlPlane: {statefulSet: {dnsConfig: {options: [{name: ndots}]}, resources: {limits: {cpu: 2}}}}",
        "experimental: {genericSync: {hooks: {hostToVirtual: [{kind: Pod, verbs: [get]}]}}}",
        "plugins: {x: {image: z, rbac: {role: {extraRules: [{verbs: [get]}]}}}}\nglobal: {a: [1]}\nexternal: {a: 1}",
        "networking: {resolveDNS: [{hostname: a, target: {ip: 10.0.0.1}}]}",
    ],
)
def test_value_by_value_building_agrees_with_pydantic(text: str) -> None:
    """Maps with defaults merge as in Helm; apart from that, both ways give the same model."""
    document = load([SourceFile("x.yaml", text)])
    data: Any = load_plain(text)
    built, found = validate(document)
    assert not found
    assert built is not None
    merged = built.model_dump(by_alias=True)
    assert merged == Config.model_validate(_over(Config.model_validate({}).model_dump(by_alias=True), data)).model_dump(
        by_alias=True
    )


def test_defaults_built_without_pydantic_agree_with_it() -> None:
    config, found = validate(load([SourceFile("x.yaml", "")]))
    assert config is not None
    assert not found
    assert config.model_dump() == Config.model_validate({}).model_dump()


def test_sections_built_before_change_nothing_about_what_is_built_or_found() -> None:
    text = """
    sync: {toHost: {pods: {enabled: true, nonsense: 1}, secrets: {all: true}}}
    controlPlane: {statefulSet: {highAvailability: {replicas: 0}, labels: {a: b}}, service: {spec: {type: NodePort}}}
    plugins: {x: {image: z}, y: {nonsense: 1}}
    """
    document = load([SourceFile("x.yaml", text)])
    built: Built = {}
    for path, _, _ in [((), None, None), *walk(document.root)]:
        changed = replace(document, root=pruned(document.root, path)) if path else document
        with_memory, anew = validate_partially(changed, built), validate_partially(changed)
        assert with_memory.config == anew.config
        assert with_memory.diagnostics == anew.diagnostics
    assert built


def load_config(text: str) -> Any:
    config, _ = validate(load([SourceFile("x.yaml", text)]))
    assert config is not None
    return config


def load_plain(text: str) -> Any:
    from vcluster_config.source.node import plain

    return plain(load([SourceFile("x.yaml", text)]).root)


def _over(base: Any, top: Any) -> Any:
    if isinstance(base, dict) and isinstance(top, dict):
        return {key: _over(base.get(key), top[key]) if key in top else base[key] for key in base.keys() | top.keys()}
    return top


@pytest.mark.parametrize(
    "text",
    [
        "networking: {resolveDNS: [null]}",
        "exportKubeConfig: []",
        "sync: {toHost: {pods: {patches: [1]}}}",
        "policies: {centralAdmission: {validatingWebhooks: [{webhooks: [x]}]}}",
        "sync: {fromHost: {customResources: {a.b: null}}}",
    ],
)
def test_a_value_of_another_form_than_a_section_trips_no_rule(text: str) -> None:
    assert Code.WRONG_TYPE in [found.code for found in lint(text).diagnostics]


def test_a_mapping_where_a_list_belongs_is_told_how_to_become_one() -> None:
    (found,) = lint("exportKubeConfig:\n  additionalSecrets:\n    name: a\n").diagnostics
    assert (found.code, found.expected) == (Code.WRONG_TYPE, "a list")
    assert found.suggestions[0].title.startswith('write "- " before its first key')
