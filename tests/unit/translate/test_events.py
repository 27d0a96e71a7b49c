from __future__ import annotations

from typing import Any

from tests.unit.translate.samples import meta_of, obj, scope
from tests.unit.translate.test_diff import applied
from vcluster_contract.kinds import PERSISTENT_VOLUME_CLAIMS, PODS
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate import events

HOST = "web-0-x-shop-x-vc"
KEY = Key("shop", "web-0")


def event(**fields: Any) -> JSON:
    about = {"kind": "Pod", "namespace": "tenant", "name": HOST, "uid": "host", "fieldPath": "spec.containers{app}"}
    return obj(f"{HOST}.17a", "tenant", involvedObject=about, message="", count=1, **fields)


def virtual(**fields: Any) -> JSON:
    return events.to_virtual(scope(), event() | fields, KEY, meta_of(obj("web-0", metadata={"resourceVersion": "9"})))


def test_the_event_is_about_the_virtual_object() -> None:
    found = virtual()
    assert found["metadata"]["name"] == "web-0.17a"
    assert found["metadata"]["namespace"] == "shop"
    about = found["involvedObject"]
    assert (about["name"], about["namespace"], about["uid"]) == ("web-0", "shop", "uid-web-0")
    assert about["fieldPath"] == "spec.containers{app}"


def test_host_names_do_not_show_in_messages() -> None:
    text = f'Successfully assigned tenant/{HOST} to node-1; pod "{HOST}" started'
    assert virtual(message=text)["message"] == 'Successfully assigned shop/web-0 to node-1; pod "web-0" started'


def test_the_full_name_of_a_pod_is_the_virtual_one() -> None:
    text = f"Back-off restarting failed container app in pod {HOST}_tenant(host)"
    assert virtual(message=text)["message"] == "Back-off restarting failed container app in pod web-0_shop(uid-web-0)"


def test_other_objects_of_the_namespace_are_called_by_their_virtual_names() -> None:
    text = 'configmap "c.d-x-shop-x-vc" not found (data-x-shop-x-vc, e-x-shop-x-vc-2, f-x-other-x-vc)'
    assert virtual(message=text)["message"] == ('configmap "c.d" not found (data, e-x-shop-x-vc-2, f-x-other-x-vc)')


def test_events_of_other_kinds_are_not_mirrored() -> None:
    assert events.involved(event()) == (PODS, HOST)
    claim = {"kind": "PersistentVolumeClaim", "name": "c"}
    assert events.involved({"involvedObject": claim}) == (PERSISTENT_VOLUME_CLAIMS, "c")
    assert events.involved({"involvedObject": {"kind": "StatefulSet", "name": "vc"}}) is None


def test_repetition_updates_the_same_event() -> None:
    first, again = virtual(), virtual(count=5, lastTimestamp="2030-01-01T00:00:00Z")
    patch = events.patch(again, first)
    assert patch == {"count": 5, "lastTimestamp": "2030-01-01T00:00:00Z"}
    assert events.patch(again, applied(first, patch)) == {}
