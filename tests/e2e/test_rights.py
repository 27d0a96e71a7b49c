"""Scenario 6, second half: all calls of the suite are inside the compiled RBAC. Runs after everything else."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.e2e.harness.audit import Call
from vcluster_contract.config import SyncerConfig
from vcluster_contract.rbac import cluster_role_rules, role_rules

Right = tuple[str, str, str]


def test_no_call_was_outside_the_compiled_rights(seen_calls: list[Call]) -> None:
    if not seen_calls:
        pytest.skip("no scenario has run before")
    assert [call for call in seen_calls if call.forbidden] == []
    assert {right for right in used(seen_calls) if right not in granted() and right[1] not in _OF_EVERYBODY} == set()


def test_rights_that_nobody_used_are_named(seen_calls: list[Call]) -> None:
    if not seen_calls:
        pytest.skip("no scenario has run before")
    unused = sorted(granted() - used(seen_calls))
    print("granted but never used:", *(f"{verb} {group or 'core'}/{resource}" for group, resource, verb in unused))  # noqa: T201
    assert used(seen_calls) & granted()


_OF_EVERYBODY = frozenset({"selfsubjectreviews", "selfsubjectaccessreviews"})


def granted() -> set[Right]:
    """What the default configuration's Role and ClusterRole grant."""
    config = SyncerConfig()
    rules = (*role_rules(config), *cluster_role_rules(config))
    return {(rule.group, rule.resource, verb) for rule in rules for verb in rule.verbs}


def used(calls: Iterable[Call]) -> set[Right]:
    """What was asked for."""
    return {(call.group, call.resource, call.verb) for call in calls}
