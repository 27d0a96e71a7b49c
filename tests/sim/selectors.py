"""Label and field selectors as an API server reads them (Kubernetes docs, "Labels and Selectors")."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from vcluster_syncer.kube.errors import ApiError

_SET = re.compile(r"^\s*(?P<key>[^\s!=,()]+)\s+(?P<op>in|notin)\s*\((?P<values>[^)]*)\)\s*$")
_EQUAL = re.compile(r"^\s*(?P<key>[^\s!=]+)\s*(?P<op>==|=|!=)\s*(?P<value>[^\s]*)\s*$")
_EXISTS = re.compile(r"^\s*(?P<not>!?)\s*(?P<key>[^\s!=]+)\s*$")
Labels = Mapping[str, str]


def label_matcher(selector: str) -> Callable[[Labels], bool]:
    requirements = [_requirement(part) for part in _split(selector)]
    return lambda labels: all(matches(labels) for matches in requirements)


def field_matcher(selector: str) -> Callable[[Any], bool]:
    """Works on any scalar path; real servers allow a few per kind only."""
    requirements = []
    for part in _split(selector):
        found = _EQUAL.match(part)
        if found is None:
            raise ApiError(400, "BadRequest", f"invalid field selector {part!r}")
        requirements.append((found["key"].split("."), found["op"] != "!=", found["value"]))
    return lambda obj: all((_text(obj, path) == value) is wanted for path, wanted, value in requirements)


def _split(selector: str) -> list[str]:
    """At commas outside parentheses."""
    return [part for part in re.split(r",(?![^(]*\))", selector) if part.strip()]


def _requirement(part: str) -> Callable[[Labels], bool]:
    if found := _SET.match(part):
        key, values = found["key"], {value.strip() for value in found["values"].split(",")}
        if found["op"] == "in":
            return lambda labels: labels.get(key) in values
        return lambda labels: labels.get(key) not in values
    if found := _EQUAL.match(part):
        key, value = found["key"], found["value"]
        if found["op"] == "!=":
            return lambda labels: labels.get(key) != value
        return lambda labels: labels.get(key) == value
    if found := _EXISTS.match(part):
        key, wanted = found["key"], not found["not"]
        return lambda labels: (key in labels) is wanted
    raise ApiError(400, "BadRequest", f"unable to parse requirement: {part!r}")


def _text(obj: Any, path: list[str]) -> str:
    for step in path:
        obj = obj.get(step) if isinstance(obj, dict) else None
    return "" if obj is None else str(obj)
