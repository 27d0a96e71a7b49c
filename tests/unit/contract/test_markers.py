"""Labels that mean something of ours on the host are re-keyed there, all others keep their keys."""

from __future__ import annotations

import pytest

from vcluster_contract import markers

RESERVED = (
    markers.RELEASE,
    markers.NAMESPACE,
    markers.MANAGED_BY,
    markers.CONTROLLED_BY,
    markers.namespace_label_key("team", "team-a"),
    markers.namespace_label_key("team", "other"),
    markers.NAMESPACE_LABEL,
)


def test_reserved_keys_get_keys_of_their_own() -> None:
    found = {markers.host_label_key(key, "team-a") for key in RESERVED}
    assert len(found) == len(RESERVED)
    assert not found & set(RESERVED)
    assert not any(key.startswith(markers.NAMESPACE_LABEL) for key in found)


@pytest.mark.parametrize("key", ["app.kubernetes.io/name", "vcluster.loft.sh/other"])
def test_ordinary_keys_pass_through(key: str) -> None:
    assert markers.host_label_key(key, "team-a") == key


def test_a_nested_cluster_keeps_its_labels_apart_from_those_of_the_outer_one() -> None:
    inner, outer = (markers.host_label_key(markers.MANAGED_BY, name) for name in ("inner", "outer"))
    assert inner != outer
    assert markers.host_label_key(inner, "outer") == inner
