"""The Role grants what the contract derives from the switches: not a verb less, not a verb more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.compile.compiling import setting, syncer_config, values
from vcluster_contract import rbac

SWITCHES = [
    {},
    setting("sync.toHost.pods.enabled", False),
    setting("sync.toHost.services.enabled", False),
    setting("sync.toHost.endpoints.enabled", False),
    setting("sync.toHost.persistentVolumeClaims.enabled", False),
    setting("sync.fromHost.events.enabled", False),
    setting("sync.fromHost.nodes.enabled", True),
    setting("sync.fromHost.storageClasses.enabled", True),
]


def granted(role: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {
        (group, resource, verb)
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


@pytest.mark.parametrize("settings", SWITCHES)
def test_the_role_is_what_the_contract_derives(settings: dict[str, Any]) -> None:
    derived = {
        (rule.group, rule.resource, verb) for rule in rbac.role_rules(syncer_config(settings)) for verb in rule.verbs
    }
    assert granted(values(settings)["role"]) == derived


def test_switching_a_kind_off_takes_its_rights_away() -> None:
    without = granted(values(setting("sync.toHost.persistentVolumeClaims.enabled", False))["role"])
    assert not any(resource == "persistentvolumeclaims" for _, resource, _ in without)


def test_nothing_cluster_wide_without_need() -> None:
    assert not {"clusterRole", "clusterRoleBinding"} & set(values())


def test_a_cluster_scoped_kind_brings_its_cluster_role_and_binding() -> None:
    found = values(setting("sync.fromHost.nodes.enabled", True))
    assert ("", "nodes", "watch") in granted(found["clusterRole"])
    assert found["clusterRole"]["metadata"]["name"] == "vc-@release@-v-@namespace@"
    assert found["clusterRoleBinding"]["roleRef"]["name"] == found["clusterRole"]["metadata"]["name"]
    assert found["clusterRoleBinding"]["subjects"] == [
        {"kind": "ServiceAccount", "name": "vc-@release@", "namespace": "@namespace@"}
    ]


def test_extra_rules_add_and_overwrite_rules_replace() -> None:
    rule = {"apiGroups": ["x.io"], "resources": ["things"], "verbs": ["get"]}
    extended = granted(values(setting("rbac.role.extraRules", [rule]))["role"])
    assert {("x.io", "things", "get"), ("", "pods", "create")} <= extended
    assert granted(values(setting("rbac.role.overwriteRules", [rule]))["role"]) == {("x.io", "things", "get")}


def test_a_cluster_role_can_be_refused() -> None:
    settings = {"sync": {"fromHost": {"nodes": {"enabled": True}}}, "rbac": {"clusterRole": {"enabled": False}}}
    assert "clusterRole" not in values(settings)
