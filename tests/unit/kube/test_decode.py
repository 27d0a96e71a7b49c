from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcluster_syncer.kube import decode
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.decode import Malformed

MANAGED = [{"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:spec": {"f:x": {}}}}]


def encoded(**metadata: object) -> bytes:
    return msgspec.json.encode({"kind": "Pod", "metadata": metadata, "spec": {"x": 1}})


def test_meta_holds_what_indices_need() -> None:
    raw = encoded(
        name="web",
        namespace="shop",
        uid="u",
        resourceVersion="12",
        generation=3,
        labels={"a": "b"},
        annotations={"c": "d"},
        finalizers=["f"],
        ownerReferences=[{"uid": "o", "kind": "X", "name": "x"}],
        deletionTimestamp="2030-01-01T00:00:00Z",
        deletionGracePeriodSeconds=30,
    )
    meta = decode.entry(raw).meta
    assert meta.key == Key("shop", "web")
    assert (meta.uid, meta.resource_version, meta.generation) == ("u", "12", 3)
    assert (meta.labels, meta.annotations) == ({"a": "b"}, {"c": "d"})
    assert (meta.finalizers, meta.owner_uids) == (("f",), ("o",))
    assert meta.deleting
    assert meta.deletion_grace_period_seconds == 30


@pytest.mark.parametrize("order", [("managedFields", "name"), ("name", "managedFields"), ("managedFields",)])
def test_managed_fields_are_cut_out_wherever_they_stand(order: tuple[str, ...]) -> None:
    values = {"managedFields": MANAGED, "name": "web"}
    entry = decode.entry(encoded(**{field: values[field] for field in order}))
    expected = {field: values[field] for field in order if field != "managedFields"}
    assert entry.decode() == {"kind": "Pod", "metadata": expected, "spec": {"x": 1}}


def test_embedded_object_keeps_its_managed_fields() -> None:
    inner = {"metadata": {"managedFields": MANAGED}}
    obj = {"data": inner, "metadata": {"managedFields": MANAGED, "name": "web"}, "spec": inner}
    entry = decode.entry(msgspec.json.encode(obj))
    assert entry.decode() == {"data": inner, "metadata": {"name": "web"}, "spec": inner}


def test_spaced_json_is_understood() -> None:
    entry = decode.entry(b'{ "metadata" : { "name" : "web" , "managedFields" : [ { "a" : 1 } ] } }')
    assert entry.decode() == {"metadata": {"name": "web"}}


def test_bytes_of_an_object_without_managed_fields_are_kept_as_they_are() -> None:
    raw = encoded(name="web")
    assert decode.entry(raw).raw == raw


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    before=st.dictionaries(st.sampled_from(["aa", "managedFields", "name", "zz"]), st.text(), max_size=3),
    managed=st.lists(st.dictionaries(st.text(), JSON_VALUES, max_size=3), min_size=1, max_size=3),
    spec=JSON_VALUES,
)
def test_cutting_equals_removing(before: dict[str, str], managed: list[object], spec: object) -> None:
    annotations = {"text": msgspec.json.encode({"managedFields": managed}).decode()}
    metadata = {**before, "annotations": annotations, "managedFields": managed, "name": "web"}
    obj = {"status": {"managedFields": managed}, "metadata": metadata, "spec": spec}
    expected = {**obj, "metadata": {name: value for name, value in metadata.items() if name != "managedFields"}}
    assert decode.entry(msgspec.json.encode(obj)).decode() == expected


def test_list_items_get_their_type_back_like_watch_events_have_it() -> None:
    page = decode.page(b'{"metadata":{"resourceVersion":"3"},"items":[{"metadata":{"name":"a"}}]}', "Pod", "v1")
    assert page.entries[0].raw == b'{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"}}'
    custom = decode.page(
        b'{"metadata":{},"items":[{"apiVersion":"x/v1","kind":"X","metadata":{"name":"a"}}]}', "X", "x/v1"
    )
    assert custom.entries[0].decode()["kind"] == "X"


@pytest.mark.parametrize("items", [b"null", b"[]"])
def test_empty_list(items: bytes) -> None:
    assert decode.page(b'{"metadata":{"resourceVersion":"3"},"items":%s}' % items, "Pod", "v1").entries == []


@pytest.mark.parametrize("raw", [b"", b"[]", b'{"spec":{}}', b'{"metadata":{"name":1}}', b'{"metadata":'])
def test_malformed_object(raw: bytes) -> None:
    with pytest.raises(Malformed):
        decode.entry(raw)


@pytest.mark.parametrize("line", [b"", b"{}", b'{"type":"EXPLODED","object":{"metadata":{}}}'])
def test_malformed_event(line: bytes) -> None:
    with pytest.raises(Malformed):
        decode.watch_event(line)
