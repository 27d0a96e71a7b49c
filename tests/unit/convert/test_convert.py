"""Older dialects arrive in the present one, and nothing is lost without a word."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.config.linting import lint
from vcluster_config.convert import legacy, values
from vcluster_config.convert.legacy_table import COMMON, COMPONENTS, ISOLATION, SINGLE_PROCESS, Row
from vcluster_config.convert.modern import modernise
from vcluster_config.convert.tree import put
from vcluster_config.model import validate
from vcluster_config.model.deprecated import DEPRECATED
from vcluster_config.schema import settings
from vcluster_config.source import SourceFile, load
from vcluster_config.source.diagnostic import Diagnostic


def convert(text: str, distro: legacy.Distro = "k3s") -> tuple[dict[str, Any], list[Diagnostic]]:
    return legacy.convert(load([SourceFile("values.yaml", text)]), distro)


def base(distro: str = "k3s", **more: Any) -> dict[str, Any]:
    """What every converted file says."""
    tree: dict[str, Any] = {}
    put(tree, f"controlPlane.distro.{distro}.enabled", value=True)
    put(tree, "controlPlane.statefulSet.scheduling.podManagementPolicy", "OrderedReady")
    for path, value in more.items():
        put(tree, path.replace("__", "."), value)
    return tree


@pytest.mark.parametrize("row", [*COMMON, *COMPONENTS, *SINGLE_PROCESS, *ISOLATION], ids=lambda row: row.old)
def test_every_row_leads_to_a_setting_that_exists(row: Row) -> None:
    path = row.new.replace("{distro}", "k3s")
    while settings.find(path) is None and ".spec." in path:
        path = path.rpartition(".")[0]
    assert settings.find(path) is not None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        ("vcluster: {image: rancher/k3s}", {"controlPlane__distro__k3s__image": {"repository": "rancher/k3s"}}),
        (
            "vcluster: {image: 'rancher/k3s@sha256:abcd'}",
            {"controlPlane__distro__k3s__image": {"repository": "rancher/k3s@sha256", "tag": "abcd"}},
        ),
        (
            "vcluster: {volumeMounts: [{name: a, mountPath: /a}]}",
            {"controlPlane__statefulSet__persistence__addVolumeMounts": [{"name": "a", "mountPath": "/a"}]},
        ),
        (
            "syncer: {readinessProbe: {enabled: false}, storage: {persistence: false, size: 1Gi}}",
            {
                "controlPlane__statefulSet__probes__readinessProbe__enabled": False,
                "controlPlane__statefulSet__probes__startupProbe__enabled": False,
                "controlPlane__statefulSet__persistence__volumeClaim": {"enabled": False, "size": "1Gi"},
            },
        ),
        (
            "isolation: {enabled: true}",
            {
                "policies__networkPolicy__enabled": True,
                "policies__resourceQuota__enabled": True,
                "policies__limitRange__enabled": True,
                "policies__podSecurityStandard": "baseline",
            },
        ),
        ("isolation: {enabled: false, podSecurityStandard: restricted}", {}),
        (
            "proxy: {metricsServer: {nodes: {enabled: true}, pods: {enabled: false}}}",
            {"integrations__metricsServer": {"nodes": True, "pods": False, "enabled": True}},
        ),
        ("telemetry: {disabled: true}", {"telemetry__enabled": False}),
        ("rbac: {clusterRole: {create: false}}", {"rbac__clusterRole__enabled": False}),
        (
            "service: {type: LoadBalancer, loadBalancerIP: 1.2.3.4}",
            {"controlPlane__service__spec": {"type": "LoadBalancer", "loadBalancerIP": "1.2.3.4"}},
        ),
        (
            "sync: {nodes: {enableScheduler: true, nodeSelector: 'a=b,c'}}",
            {
                "controlPlane__advanced__virtualScheduler__enabled": True,
                "sync__fromHost__nodes": {"selector": {"labels": {"a": "b", "c": ""}}, "enabled": True},
            },
        ),
        (
            "sync: {volumesnapshots: {enabled: true}}",
            {"sync__toHost__volumeSnapshots__enabled": True, "sync__toHost__volumeSnapshotContents__enabled": True},
        ),
        (
            "syncer: {extraArgs: ['--tls-san=a,b', --sync-all-secrets, '--out-kube-config-secret=x']}",
            {
                "controlPlane__proxy__extraSANs": ["a", "b"],
                "sync__toHost__secrets__all": True,
                "exportKubeConfig__additionalSecrets": [{"name": "x"}],
            },
        ),
    ],
)
def test_k3s_values(text: str, expected: dict[str, Any]) -> None:
    converted, lost = convert(text)
    assert not lost
    assert converted == base(**expected)


def test_k8s_values_keep_scheduling_and_their_etcd() -> None:
    converted, lost = convert(
        "syncer: {nodeSelector: {a: b}}\netcd: {disabled: true}\nscheduler: {disabled: true}", "k8s"
    )
    assert not lost
    etcd = {"enabled": True, "service": {"enabled": False}, "statefulSet": {"enabled": False}}
    assert converted == base(
        "k8s",
        controlPlane__backingStore__etcd__deploy=etcd,
        controlPlane__statefulSet__scheduling__nodeSelector={"a": "b"},
    )


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("vcluster: {command: [x]}", "vcluster.command"),
        ("isolation: {enabled: true, namespace: foo}", "isolation.namespace"),
        ("rbac: {role: {excludedApiResources: [pods/exec]}}", "rbac.role.excludedApiResources"),
        ("syncer: {extraArgs: ['--port=1']}", "syncer.extraArgs[0]"),
        ("syncer: {extraArgs: ['--tls-san=a', -x]}", "syncer.extraArgs[1]"),
        ("syncer: {extraArgs: ['--lease-duration=soon']}", "syncer.extraArgs[0]"),
        ("sync: {generic: {config: 'version: v1beta1'}}", "sync.generic.config"),
        ("foo: {bar: 1}", "foo.bar"),
    ],
)
def test_what_has_no_counterpart_is_named_with_its_place(text: str, path: str) -> None:
    _, lost = convert(text)
    assert [(found.code, found.path) for found in lost] == [("VC904", path)]
    assert lost[0].suggestions


@pytest.mark.parametrize("text", ["syncer: {}", "vcluster: {}", "sync: {nodes: {enabled: true}}", "isolation: {}"])
def test_old_values_are_recognised(text: str) -> None:
    assert legacy.is_legacy(load([SourceFile("x", text)]))


@pytest.mark.parametrize("text", ["", "sync: {toHost: {}}", "controlPlane: {distro: {k8s: {enabled: true}}}"])
def test_present_files_are_not_old_values(text: str) -> None:
    assert not legacy.is_legacy(load([SourceFile("x", text)]))


@pytest.mark.parametrize(
    ("text", "distro"), [("api: {}", "k8s"), ("vcluster: {image: k0sproject/k0s}", "k0s"), ("{}", "k3s")]
)
def test_the_distro_is_guessed(text: str, distro: str) -> None:
    assert legacy.distro_of(load([SourceFile("x", text)])) == distro


def test_renamed_keys_move_and_the_result_is_valid() -> None:
    document = load([SourceFile("x", RENAMED)])
    tree = modernise(document)
    assert tree == {
        "networking": {"serviceCIDR": "10.96.0.0/12"},
        "exportKubeConfig": {"additionalSecrets": [{"name": "extra"}]},
        "sleep": {"auto": {"timezone": "UTC", "schedule": "0 20 * * *", "wakeup": {"schedule": "0 6 * * *"}}},
        "policies": {"networkPolicy": {"workload": {"publicEgress": {"cidr": "0.0.0.0/0"}}}},
        "sync": {"toHost": {"secrets": {"all": True}}},
    }
    from vcluster_config.compile.yaml_out import dump

    config, found = validate(load([SourceFile("y", dump(tree))]))
    assert config is not None
    assert not found


REPLACED = """
serviceCIDR: 10.96.0.0/12
pro: true
plugin: {a: {image: b}}
exportKubeConfig: {secret: {name: extra}}
sleepMode: {enabled: true, autoSleep: {afterInactivity: 1h}}
experimental:
  reuseNamespace: true
  multiNamespaceMode: {enabled: true, namespaceLabels: {a: b}}
  genericSync: {version: v1beta1}
controlPlane: {advanced: {virtualScheduler: {enabled: true}}}
policies: {networkPolicy: {outgoingConnections: {ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}}}}
integrations:
  externalSecrets:
    sync:
      externalSecrets: {enabled: true}
      stores: {enabled: true}
      clusterStores: {enabled: true, selector: {labels: {a: b}}}
"""


def test_what_is_told_to_be_converted_is_converted() -> None:
    from vcluster_config.compile.yaml_out import dump

    before = lint(REPLACED).diagnostics
    assert {found.path for found in before if found.code == "VC903"} == {entry.path for entry in DEPRECATED}
    after = lint(dump(modernise(load([SourceFile("x", REPLACED)])))).diagnostics
    assert {found.path for found in after if found.code == "VC903"} == {e.path for e in DEPRECATED if e.by_hand}
    assert not [found for found in after if found.code.startswith("VC1")]


def test_what_newer_releases_cannot_say_stays() -> None:
    text = "integrations: {externalSecrets: {sync: {externalSecrets: {enabled: false}}}}"
    sync = {"externalSecrets": {"enabled": False}}
    assert modernise(load([SourceFile("x", text)])) == {"integrations": {"externalSecrets": {"sync": sync}}}


def test_one_image_for_all_components_becomes_their_version() -> None:
    text = "controlPlane: {distro: {k8s: {image: {registry: ghcr.io, tag: v1.35.2}, imagePullPolicy: Always}}}"
    components = {name: {"imagePullPolicy": "Always"} for name in ("apiServer", "controllerManager", "scheduler")}
    assert modernise(load([SourceFile("x", text)])) == {
        "controlPlane": {"distro": {"k8s": {"version": "v1.35.2", **components}}}
    }


RENAMED = """
serviceCIDR: 10.96.0.0/12
pro: true
exportKubeConfig: {secret: {name: extra}}
sleepMode: {enabled: true, timeZone: UTC, autoSleep: {schedule: 0 20 * * *}, autoWakeup: {schedule: 0 6 * * *}}
policies: {networkPolicy: {outgoingConnections: {ipBlock: {cidr: 0.0.0.0/0}, platform: false}}}
sync: {toHost: {secrets: {all: true}}}
"""


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a", {"repository": "a"}),
        ("a:1", {"repository": "a", "tag": "1"}),
        ("r.io/a/b:1", {"registry": "r.io", "repository": "a/b", "tag": "1"}),
        ("localhost:5000/a", {"registry": "localhost:5000", "repository": "a"}),
    ],
)
def test_image_references_are_split(text: str, parts: dict[str, str]) -> None:
    assert values.image(text) == parts
