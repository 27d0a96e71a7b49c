from __future__ import annotations

import copy
from typing import Any

from tests.sim.patches import merge
from tests.unit.translate.pod_samples import container, meta_of, pod, scope, translated
from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.pod_applied import applied_spec
from vcluster_syncer.translate.pod_metadata import pod_metadata
from vcluster_syncer.translate.pod_update import ephemeral_patch, resize_patch, update_patch
from vcluster_syncer.translate.scope import Scope


def on_host(virtual: JSON, where: Scope | None = None, **overrides: Any) -> JSON:
    host = copy.deepcopy(translated(virtual, where, **overrides))
    host["metadata"] |= {"uid": "host-uid", "resourceVersion": "11"}
    return host


def patch_for(virtual: JSON, host: JSON, where: Scope | None = None, labels: dict[str, str] | None = None) -> JSON:
    where = where or scope()
    applied = applied_spec(where, virtual["spec"])
    return update_patch(pod_metadata(where, virtual, labels or {}, applied), applied, host, meta_of(host))


def test_nothing_to_do_after_creation() -> None:
    virtual = pod(metadata={"labels": {"a": "1"}, "annotations": {"b": "2"}}, subdomain="web")
    assert patch_for(virtual, on_host(virtual, namespace_labels={"t": "x"}), labels={"t": "x"}) == {}


def test_labels_and_annotations_follow_and_those_of_host_mutators_stay() -> None:
    host = on_host(pod(metadata={"labels": {"a": "1", "gone": "x"}, "annotations": {"b": "2", "gone": "x"}}))
    host["metadata"]["labels"]["istio.io/rev"] = "default"
    host["metadata"]["annotations"]["sidecar.istio.io/status"] = "injected"
    virtual = pod(metadata={"labels": {"a": "2"}, "annotations": {"b": "3"}})
    metadata = patch_for(virtual, host)["metadata"]
    assert metadata["labels"] == {"a": "2", "gone": None}
    assert metadata["annotations"]["b"] == "3"
    assert metadata["annotations"]["gone"] is None
    assert metadata["annotations"]["vcluster.loft.sh/labels"] == 'a="2"'
    result = merge(host, {"metadata": metadata})["metadata"]
    assert result["labels"]["istio.io/rev"] == "default"
    assert result["annotations"]["sidecar.istio.io/status"] == "injected"


def test_lost_namespace_labels_are_removed() -> None:
    host = on_host(pod(), namespace_labels={"team": "blue", "tier": "1"})
    metadata = patch_for(pod(), host, labels={"team": "red"})["metadata"]
    assert metadata == {
        "labels": {
            markers.namespace_label_key("team", "vc"): "red",
            markers.namespace_label_key("tier", "vc"): None,
        }
    }


def test_a_new_image_reaches_the_host_and_injected_containers_stay() -> None:
    host = on_host(pod())
    host["spec"]["containers"].append({"name": "istio-proxy", "image": "proxy:1"})
    patch = patch_for(pod(containers=[container(image="nginx:2")]), host)
    assert patch["spec"]["containers"][0]["image"] == "nginx:2"
    assert patch["spec"]["containers"][1] == {"name": "istio-proxy", "image": "proxy:1"}
    assert patch["metadata"]["resourceVersion"] == "11"


def test_an_image_changed_by_a_host_mutator_is_never_reverted() -> None:
    host = on_host(pod())
    host["spec"]["containers"][0]["image"] = "mirror.internal/nginx:1"
    assert patch_for(pod(), host) == {}
    relabelled = pod(metadata={"labels": {"a": "1"}})
    assert "spec" not in patch_for(relabelled, host)


def test_tolerations_grow_and_never_shrink() -> None:
    mine, injected, added = ({"key": key, "operator": "Exists"} for key in ("mine", "injected", "added"))
    host = on_host(pod(tolerations=[mine]))
    host["spec"]["tolerations"].append(injected)
    patch = patch_for(pod(tolerations=[mine, added]), host)
    assert patch["spec"] == {"tolerations": [mine, injected, added]}
    shrunk = patch_for(pod(tolerations=[]), host)
    assert "spec" not in shrunk


def test_opened_gates_are_removed_and_gates_of_the_host_stay() -> None:
    gates = [{"name": "a"}, {"name": "b"}]
    host = on_host(pod(schedulingGates=gates))
    host["spec"]["schedulingGates"].append({"name": "host/queue"})
    patch = patch_for(pod(schedulingGates=[{"name": "b"}]), host)
    assert patch["spec"] == {"schedulingGates": [{"name": "b"}, {"name": "host/queue"}]}


def test_nodes_may_be_narrowed_while_a_gate_is_closed() -> None:
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}}
    host = on_host(pod(schedulingGates=[{"name": "a"}]))
    patch = patch_for(pod(nodeSelector={"pool": "x"}, affinity=affinity), host)
    assert patch["spec"] == {"schedulingGates": [], "nodeSelector": {"pool": "x"}, "affinity": affinity}


def test_a_deadline_set_later_reaches_the_host() -> None:
    patch = patch_for(pod(activeDeadlineSeconds=5), on_host(pod()))
    assert patch["spec"] == {"activeDeadlineSeconds": 5}
    assert "resourceVersion" not in patch["metadata"]


def test_the_record_follows_so_that_the_next_look_is_quiet() -> None:
    host = on_host(pod(schedulingGates=[{"name": "a"}]))
    virtual = pod(
        metadata={"labels": {"x": "y"}},
        containers=[container(image="nginx:2", resources={"limits": {"cpu": "1"}})],
        tolerations=[{"key": "t"}],
        activeDeadlineSeconds=9,
    )
    after = merge(host, patch_for(virtual, host))
    after["metadata"]["resourceVersion"] = "12"
    assert patch_for(virtual, after) == {}


def test_resize_changes_only_the_resources_of_that_container() -> None:
    small, large = {"limits": {"cpu": "1"}}, {"limits": {"cpu": "2"}}
    host = on_host(pod(containers=[container(resources=small)]))
    host["spec"]["containers"].append({"name": "sidecar", "image": "s", "resources": small})
    applied = applied_spec(scope(), pod(containers=[container(resources=large)])["spec"])
    patch = resize_patch(applied, host, meta_of(host))
    assert [item["resources"] for item in patch["spec"]["containers"]] == [large, small]
    assert patch["metadata"] == {"resourceVersion": "11"}
    unchanged = applied_spec(scope(), pod(containers=[container(resources=small)])["spec"])
    assert resize_patch(unchanged, host, meta_of(host)) == {}


def test_resources_changed_by_a_host_mutator_are_never_reverted() -> None:
    virtual = pod(containers=[container(resources={"limits": {"cpu": "1"}})])
    host = on_host(virtual)
    host["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "500m"}}
    assert resize_patch(applied_spec(scope(), virtual["spec"]), host, meta_of(host)) == {}


def test_ephemeral_containers_are_added_by_name() -> None:
    host = on_host(pod())
    host["spec"]["ephemeralContainers"] = [{"name": "old", "image": "x"}]
    patch = ephemeral_patch([{"name": "old", "image": "y"}, {"name": "new", "image": "z"}], host)
    assert patch["spec"]["ephemeralContainers"] == [{"name": "old", "image": "x"}, {"name": "new", "image": "z"}]
    assert ephemeral_patch([{"name": "old", "image": "y"}], host) == {}
