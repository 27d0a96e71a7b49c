from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.translate.samples import OWNER, meta_of, obj, scope
from tests.unit.translate.test_diff import applied
from vcluster_contract import markers
from vcluster_contract.kinds import CONFIG_MAPS, SECRETS, Resource
from vcluster_syncer.kube.api import Key
from vcluster_syncer.translate.metadata import (
    LAST_APPLIED,
    host_labels,
    host_metadata,
    label_selector,
    metadata_patch,
    service_selector,
)

CLUSTER_SCOPED = Resource("", "v1", "persistentvolumes", "PersistentVolume", namespaced=False)
TEAM = markers.namespace_label_key("team", "vc")
label_keys = st.sampled_from(
    ["app", "release", "a/b", markers.MANAGED_BY, markers.NAMESPACE, markers.CONTROLLED_BY, TEAM, "x.y/z"]
)
labels = st.dictionaries(label_keys, st.sampled_from(["1", "2", ""]), max_size=5)
annotation_keys = st.sampled_from(["note", "other/x", markers.OBJECT_UID, LAST_APPLIED])
annotations = st.dictionaries(annotation_keys, st.text("ab", max_size=2), max_size=3)


def virtual(labels: dict[str, str], annotations: dict[str, str]) -> dict[str, Any]:
    return obj(metadata={"labels": labels, "annotations": annotations})


@given(labels)
def test_no_label_gets_lost_on_the_host(given_labels: dict[str, str]) -> None:
    found = host_labels(scope(), given_labels, "shop")
    assert {key: found[markers.host_label_key(key, "vc")] for key in given_labels} == given_labels


@given(labels)
def test_marks_cannot_be_forged_by_labels(given_labels: dict[str, str]) -> None:
    found = host_labels(scope(), given_labels, "shop")
    assert found[markers.MANAGED_BY] == "vc"
    assert found[markers.NAMESPACE] == "shop"
    assert TEAM not in found


def test_host_objects_lead_back_to_their_virtual_one() -> None:
    metadata = host_metadata(scope(), CONFIG_MAPS, obj("cfg"))
    assert metadata["name"] == "cfg-x-shop-x-vc"
    assert metadata["namespace"] == "tenant"
    assert scope().virtual_key(CONFIG_MAPS, meta_of({"metadata": metadata})) == Key("shop", "cfg")
    assert scope().virtual_key(SECRETS, meta_of({"metadata": metadata})) is None
    copied = metadata | {"name": "copy"}
    assert scope().virtual_key(CONFIG_MAPS, meta_of({"metadata": copied})) is None


def test_service_name_owns_host_objects_and_controls_controlled_ones() -> None:
    controlled = obj(metadata={"ownerReferences": [{"kind": "ReplicaSet", "controller": True}]})
    assert host_metadata(scope(), CONFIG_MAPS, obj())["ownerReferences"] == [OWNER]
    assert host_metadata(scope(), CONFIG_MAPS, controlled)["ownerReferences"] == [OWNER | {"controller": True}]
    assert "ownerReferences" not in host_metadata(scope(owner=None), CONFIG_MAPS, obj())


def test_cluster_scoped_objects_carry_the_marker_with_the_namespace() -> None:
    metadata = host_metadata(scope(), CLUSTER_SCOPED, obj("pv", namespace=""))
    assert metadata["name"] == "vcluster-pv-x-tenant-x-vc"
    assert metadata["labels"] == {markers.MANAGED_BY: "tenant-x-vc"}
    assert "namespace" not in metadata
    assert "ownerReferences" not in metadata


def test_identity_of_an_outer_cluster_and_last_applied_are_not_copied() -> None:
    given_annotations = {LAST_APPLIED: "{}", markers.OBJECT_NAME: "forged", "note": "kept"}
    found = host_metadata(scope(), CONFIG_MAPS, virtual({}, given_annotations))["annotations"]
    assert found[markers.OBJECT_NAME] == "thing"
    assert found["note"] == "kept"
    assert LAST_APPLIED not in found


@given(labels, annotations, labels, annotations, st.dictionaries(st.just("host/own"), st.just("x")))
def test_patch_reaches_the_new_metadata_and_keeps_what_the_host_added(
    old_labels: dict[str, str],
    old_annotations: dict[str, str],
    new_labels: dict[str, str],
    new_annotations: dict[str, str],
    foreign: dict[str, str],
) -> None:
    old = host_metadata(scope(), CONFIG_MAPS, virtual(old_labels, old_annotations))
    host = old | {"labels": old["labels"] | foreign, "annotations": old["annotations"] | foreign}
    new = host_metadata(scope(), CONFIG_MAPS, virtual(new_labels, new_annotations))
    result = applied(host, metadata_patch(new, meta_of({"metadata": host})))
    assert result["labels"] == new["labels"] | foreign
    assert result["annotations"] == new["annotations"] | foreign
    assert metadata_patch(new, meta_of({"metadata": result})) == {}


def test_a_lost_owner_is_put_back() -> None:
    metadata = host_metadata(scope(), CONFIG_MAPS, obj())
    orphan = meta_of({"metadata": metadata | {"ownerReferences": [OWNER | {"uid": "of-an-older-release"}]}})
    assert metadata_patch(metadata, orphan) == {"ownerReferences": [OWNER]}


def test_selectors_are_confined_to_the_namespace() -> None:
    assert service_selector(scope(), {"app": "web", "release": "r"}, "shop") == host_labels(
        scope(), {"app": "web", "release": "r"}, "shop"
    )
    assert service_selector(scope(), {}, "shop") == {}
    assert service_selector(scope(), None, "shop") == {}


def test_label_selectors_are_confined_to_the_cluster_and_the_given_namespaces() -> None:
    selector = {"matchExpressions": [{"key": "release", "operator": "Exists"}]}
    rekeyed = {"key": markers.host_label_key("release", "vc"), "operator": "Exists"}
    everywhere = label_selector(scope(), selector, None)
    assert everywhere == {"matchLabels": {markers.MANAGED_BY: "vc"}, "matchExpressions": [rekeyed]}
    assert label_selector(scope(), {}, ["shop"])["matchLabels"][markers.NAMESPACE] == "shop"
    several = label_selector(scope(), {}, ["b", "a"])
    assert several["matchExpressions"] == [{"key": markers.NAMESPACE, "operator": "In", "values": ["a", "b"]}]
