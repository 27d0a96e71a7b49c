from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from vcluster_syncer.translate.diff import field_patch, merge_patch

values = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.sampled_from("abcd"), values, max_size=4)


def applied(target: Any, patch: Any) -> Any:
    """RFC 7386, section 2, word by word."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = applied(result.get(key), value)
    return result


@given(objects, objects)
def test_merge_patch_leads_exactly_to_the_desired_object(current: dict[str, Any], desired: dict[str, Any]) -> None:
    assert applied(current, merge_patch(current, desired)) == desired


@given(objects)
def test_equal_objects_need_no_patch(current: dict[str, Any]) -> None:
    assert merge_patch(current, current) == {}
    assert field_patch(current, current, "abcd") == {}


@given(objects, objects)
def test_field_patch_changes_named_fields_alone_and_takes_empty_for_absent(
    current: dict[str, Any], desired: dict[str, Any]
) -> None:
    result = applied(current, field_patch(current, desired, "ab"))
    for field in "ab":
        assert (result.get(field) or None) == (desired.get(field) or None)
    assert {key: result[key] for key in result if key in "cd"} == {key: current[key] for key in current if key in "cd"}
