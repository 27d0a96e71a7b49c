"""Differences are the smallest ones, and items of lists are matched by what names them."""

from __future__ import annotations

from typing import Any

import pytest

from vcluster_config.effects.changes import differences, find, parse, spell


def shown(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    return [(spell(change.path), change.before, change.after) for change in differences(before, after)]


def test_equal_objects_have_no_differences() -> None:
    assert shown({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("a.c", 2, 3)]),
        ({"a": 1}, {"b": 2}, [("a", 1, None), ("b", None, 2)]),
        (
            {"c": [{"name": "x", "image": "1"}, {"name": "y", "image": "1"}]},
            {"c": [{"name": "w", "image": "0"}, {"name": "x", "image": "1"}, {"name": "y", "image": "2"}]},
            [("c[y].image", "1", "2"), ("c[w]", None, {"name": "w", "image": "0"})],
        ),
        (
            {"mounts": [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b", "readOnly": True}]},
            {"mounts": [{"name": "v", "mountPath": "/a"}, {"name": "v", "mountPath": "/b"}]},
            [("mounts[/b].readOnly", True, None)],
        ),
        ({"args": ["--x=1", "--y"]}, {"args": ["--x=2", "--y"]}, [("args[--x]", "--x=1", "--x=2")]),
        ({"verbs": ["get"]}, {"verbs": ["get", "list"]}, [("verbs[list]", None, "list")]),
        ({"n": [1, 1]}, {"n": [1, 2]}, [("n[1]", 1, 2)]),
        (
            {"rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]},
            {"rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["list"]}]},
            [
                ("rules[apps/deployments].verbs[get]", "get", None),
                ("rules[apps/deployments].verbs[list]", None, "list"),
            ],
        ),
    ],
    ids=["field", "keys", "named items", "mounts", "flags", "words", "positions", "rules"],
)
def test_differences(before: Any, after: Any, expected: list[tuple[str, Any, Any]]) -> None:
    assert shown(before, after) == expected


def test_order_alone_is_a_difference() -> None:
    assert shown({"a": ["x", "y"]}, {"a": ["y", "x"]}) == [("a[order]", ["[x]", "[y]"], ["[y]", "[x]"])]


@pytest.mark.parametrize("path", ["spec.replicas", "c[syncer].args[--port]", 'annotations["a.b/c"]', "volumes[0]"])
def test_paths_are_read_as_they_are_written(path: str) -> None:
    assert spell(parse(path)) == path


def test_fields_are_found_by_name_and_by_position() -> None:
    content = {"c": [{"name": "x", "image": "1"}, {"name": "y", "image": "2"}]}
    assert find(content, parse("c[y].image")) == (("c", "[y]", "image"), "2")
    assert find(content, parse(".c[1].image")) == (("c", "[y]", "image"), "2")
    assert find(content, parse("c[z].image")) is None
    assert find(content, parse("c[2]")) is None
