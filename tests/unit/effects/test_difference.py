"""What an upgrade does is known before it is done."""

from __future__ import annotations

import json

import pytest

from tests.unit.effects.configs import RELEASE, difference, report, values
from vcluster_config.effects.changes import spell
from vcluster_config.effects.difference import compare_values
from vcluster_config.effects.masking import secret_texts
from vcluster_config.effects.show import as_json, as_markdown, as_text

REMOTE = """
controlPlane:
  backingStore:
    database:
      external: {enabled: true, dataSource: "postgres://user:hunter2@db.example.com/name"}
"""


def test_the_same_file_changes_nothing() -> None:
    assert as_text(difference("{}", "{}"), frozenset()) == "nothing changes\n"


def test_a_switch_of_the_syncer_restarts_only_the_syncer() -> None:
    found = difference("{}", "sync: {toHost: {secrets: {all: true}}}")
    assert [(item.action, str(item.identity)) for item in found.objects] == [("changed", "Secret/vc-config-demo")]
    assert [spell(change.path) for change in found.objects[0].fields] == [
        'stringData["syncer-config.json"].toHost.secrets.all'
    ]
    assert found.restarts == ("the syncer container restarts by itself; the API server keeps running",)
    assert not found.refused


def test_a_changed_container_replaces_the_pods() -> None:
    found = difference("{}", "controlPlane: {distro: {k8s: {apiServer: {extraArgs: [--v=4]}}}}")
    assert found.restarts == ("all pods of StatefulSet/demo are replaced, for container kube-apiserver",)


def test_a_changed_pod_replaces_the_pods() -> None:
    found = difference("{}", "controlPlane: {statefulSet: {pods: {labels: {a: b}}}}")
    assert found.restarts == ("all pods of StatefulSet/demo are replaced, for the pod template",)


def test_a_label_of_the_workload_restarts_nothing() -> None:
    assert difference("{}", "controlPlane: {statefulSet: {labels: {a: b}}}").restarts == ()


def test_rights_are_compared_verb_by_verb() -> None:
    found = difference(
        "{}", "sync: {fromHost: {nodes: {enabled: true}}, toHost: {persistentVolumeClaims: {enabled: false}}}"
    )
    assert ("", "nodes", ("list", "watch"), ()) in [
        (item.scope, item.subject, item.gained, item.lost) for item in found.rights
    ]
    lost = next(item for item in found.rights if item.subject == "persistentvolumeclaims")
    assert (lost.scope, lost.gained) == ("team", ())
    assert set(lost.lost) == {"create", "delete", "get", "list", "patch", "watch"}


@pytest.mark.parametrize(
    "change",
    [
        "controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 9Gi}}}}",
        "controlPlane: {statefulSet: {scheduling: {podManagementPolicy: OrderedReady}}}",
    ],
)
def test_immutable_fields_are_refused(change: str) -> None:
    (sentence,) = difference("{}", change).refused
    assert sentence.startswith("Kubernetes refuses to change StatefulSet/demo spec.")


def test_replicas_of_a_stateful_set_may_change() -> None:
    assert not difference("{}", "controlPlane: {statefulSet: {highAvailability: {replicas: 0}}}").refused


def test_a_binding_cannot_move_to_another_role() -> None:
    before, after = values(), values()
    after["roleBinding"]["roleRef"]["name"] = "other"
    (sentence,) = compare_values(before, after, RELEASE).refused
    assert sentence == "Kubernetes refuses to change RoleBinding/vc-demo roleRef"


def test_claims_that_nobody_reads_any_more_are_named() -> None:
    found = difference("{}", "controlPlane: {statefulSet: {persistence: {volumeClaim: {enabled: false}}}}")
    (sentence,) = found.left_behind
    assert sentence == (
        "the claims of StatefulSet/demo stay on the host and nothing reads them any more; "
        "Deployment/demo starts without their data"
    )


def test_passwords_are_never_shown() -> None:
    before, after = report(REMOTE), report(REMOTE.replace("hunter2", "hunter3"))
    found = difference(REMOTE, REMOTE.replace("hunter2", "hunter3"))
    secrets = secret_texts((before.document, after.document))
    for text in (as_text(found, secrets), as_json(found, secrets), as_markdown(found, secrets)):
        assert "vc-datastore-demo" in text
        assert "hunter" not in text


def test_json_has_a_format_version_and_whole_values() -> None:
    found = difference("{}", "sync: {fromHost: {nodes: {enabled: true}}}")
    document = json.loads(as_json(found, frozenset()))
    assert document["format_version"] == 1
    added = {"action": "added", "kind": "ClusterRole", "name": "vc-demo-v-team", "namespace": ""}
    assert added in document["objects"]
    secret = next(item for item in document["objects"] if item["kind"] == "Secret")
    assert {
        "path": 'stringData["syncer-config.json"].fromHost.nodes.enabled',
        "before": False,
        "after": True,
    } in secret["fields"]


def test_markdown_puts_refusals_first_and_folds_objects() -> None:
    found = difference("{}", "controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 9Gi}}}}")
    assert as_markdown(found, frozenset()) == (
        "**Refused**\n\n- Kubernetes refuses to change StatefulSet/demo spec.volumeClaimTemplates\n\n"
        "**Cost**\n\n- storage: 5Gi -> 9Gi\n\n"
        "<details>\n<summary>1 object</summary>\n\n```\n~ StatefulSet/demo\n"
        "    spec.volumeClaimTemplates[PersistentVolumeClaim/data].spec.resources.requests.storage: 5Gi -> 9Gi\n"
        "```\n</details>\n"
    )
    assert as_markdown(difference("{}", "{}"), frozenset()) == "Nothing changes.\n"
