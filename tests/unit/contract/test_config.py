"""The compiled configuration survives the trip and refuses what it does not know."""

from __future__ import annotations

import msgspec
import pytest

from vcluster_contract import config
from vcluster_contract.kinds import CATALOGUE, enabled_kinds
from vcluster_contract.rbac import cluster_role_rules, role_rules


def test_round_trip_is_exact_and_deterministic() -> None:
    original = config.SyncerConfig(extra_sans=("a.example",))
    assert config.decode(config.encode(original)) == original
    assert config.encode(config.decode(config.encode(original))) == config.encode(original)


def test_unknown_key_is_refused_with_its_path() -> None:
    with pytest.raises(msgspec.ValidationError, match=r"toHost\.pods"):
        config.decode(b'{"toHost": {"pods": {"enabeld": true}}}')


def test_another_format_version_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="formatVersion"):
        config.decode(b'{"formatVersion": 2}')


def test_defaults_need_no_cluster_role() -> None:
    assert cluster_role_rules(config.SyncerConfig()) == ()


def test_switching_a_kind_off_takes_its_rights_away() -> None:
    on = config.SyncerConfig()
    off = config.SyncerConfig(to_host=config.ToHost(persistent_volume_claims=config.Switch(enabled=False)))
    assert "persistentvolumeclaims" in {rule.resource for rule in role_rules(on)}
    assert "persistentvolumeclaims" not in {rule.resource for rule in role_rules(off)}


def test_cluster_scoped_kinds_are_granted_by_cluster_role_only() -> None:
    nodes = config.SyncerConfig(from_host=config.FromHost(nodes=config.NodeSync(enabled=True)))
    assert {rule.resource for rule in cluster_role_rules(nodes)} == {"nodes", "nodes/proxy"}
    assert "nodes" not in {rule.resource for rule in role_rules(nodes)}


def test_no_rule_uses_wildcards() -> None:
    rules = [rule for kind in CATALOGUE for rule in kind.host_rules]
    assert rules
    assert not [rule for rule in rules if "*" in (rule.group, rule.resource, *rule.verbs)]


def test_catalogue_order_is_kept() -> None:
    enabled = enabled_kinds(config.SyncerConfig())
    assert [kind for kind in CATALOGUE if kind in enabled] == list(enabled)


def test_figures_of_pods_need_no_right_on_nodes() -> None:
    figures = config.SyncerConfig(metrics_server=config.MetricsServer(enabled=True))
    assert ("metrics.k8s.io", "pods") in {(rule.group, rule.resource) for rule in role_rules(figures)}
    assert "metrics.k8s.io" not in {rule.group for rule in cluster_role_rules(figures)}
    real = config.SyncerConfig(
        metrics_server=config.MetricsServer(enabled=True),
        from_host=config.FromHost(nodes=config.NodeSync(enabled=True)),
    )
    assert "metrics.k8s.io" in {rule.group for rule in cluster_role_rules(real)}
