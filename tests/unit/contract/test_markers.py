"""Labels that mean something of ours on the host are re-keyed there and come back unchanged."""

from __future__ import annotations

import pytest

from vcluster_contract import markers


@pytest.mark.parametrize("key", [markers.RELEASE, markers.NAMESPACE, markers.MANAGED_BY, markers.CONTROLLED_BY])
def test_reserved_keys_round_trip_under_another_name(key: str) -> None:
    host = markers.host_label_key(key, "team-a")
    assert host != key
    assert markers.virtual_label_key(host, "team-a") == key


def test_ordinary_keys_pass_through() -> None:
    assert markers.host_label_key("app.kubernetes.io/name", "team-a") == "app.kubernetes.io/name"
    assert markers.virtual_label_key("app.kubernetes.io/name", "team-a") == "app.kubernetes.io/name"


@pytest.mark.parametrize("key", [markers.MANAGED_BY, markers.namespace_label_key("team", "team-a")])
def test_our_own_labels_never_flow_back(key: str) -> None:
    assert markers.virtual_label_key(key, "team-a") is None


def test_a_nested_cluster_does_not_take_the_label_of_the_outer_one() -> None:
    outer = markers.host_label_key(markers.MANAGED_BY, "outer")
    assert markers.virtual_label_key(outer, "inner") == outer
