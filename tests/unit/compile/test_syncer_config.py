"""Every switch of vcluster.yaml arrives at the syncer, which decides nothing by itself."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from tests.unit.compile.compiling import setting, syncer_config
from vcluster_config.compile.tolerations import toleration
from vcluster_contract.config import KubeconfigExport, SyncerConfig


@pytest.mark.parametrize(
    ("path", "value", "read"),
    [
        ("sync.toHost.pods.enabled", False, lambda c: c.to_host.pods.enabled),
        ("sync.toHost.services.enabled", False, lambda c: c.to_host.services.enabled),
        ("sync.toHost.endpoints.enabled", False, lambda c: c.to_host.endpoints.enabled),
        ("sync.toHost.endpointSlices.enabled", False, lambda c: c.to_host.endpoint_slices.enabled),
        ("sync.toHost.configMaps.all", True, lambda c: c.to_host.config_maps.all),
        ("sync.toHost.secrets.all", True, lambda c: c.to_host.secrets.all),
        ("sync.toHost.pods.translateImage", {"a": "b"}, lambda c: c.to_host.pods.translate_image),
        ("sync.toHost.pods.runtimeClassName", "kata", lambda c: c.to_host.pods.runtime_class_name),
        ("sync.toHost.pods.rewriteHosts.enabled", False, lambda c: c.to_host.pods.rewrite_hosts.enabled),
        ("sync.fromHost.events.enabled", False, lambda c: c.from_host.events.enabled),
        ("sync.fromHost.nodes.selector.labels", {"a": "b"}, lambda c: c.from_host.nodes.selector.labels),
        ("networking.advanced.clusterDomain", "corp.example", lambda c: c.networking.cluster_domain),
        ("networking.advanced.proxyKubelets.byIP", False, lambda c: c.networking.proxy_kubelets_by_ip),
        ("controlPlane.coredns.enabled", False, lambda c: c.dns.enabled),
        ("experimental.syncSettings.setOwner", False, lambda c: c.set_owner),
        ("controlPlane.advanced.workloadServiceAccount.name", "mine", lambda c: c.workload_service_account),
    ],
)
def test_a_setting_arrives(path: str, value: Any, read: Any) -> None:
    assert read(syncer_config()) != value
    assert read(syncer_config(setting(path, value))) == value


def test_switching_dns_off_leaves_no_manifest() -> None:
    assert syncer_config(setting("controlPlane.coredns.enabled", False)).manifests == ()


def test_kubeconfigs_are_the_default_then_the_old_form_then_the_additional_ones() -> None:
    section = {
        "server": "https://a",
        "secret": {"name": "old"},
        "additionalSecrets": [{"name": "more", "namespace": "elsewhere", "server": "https://b"}],
    }
    assert syncer_config({"exportKubeConfig": section}).kubeconfigs == (
        KubeconfigExport(server="https://a"),
        KubeconfigExport(secret_name="old", server="https://a"),
        KubeconfigExport(secret_name="more", secret_namespace="elsewhere", server="https://b"),
    )


def test_names_through_which_the_api_server_is_exposed_are_in_its_certificate() -> None:
    settings = {
        "controlPlane": {
            "proxy": {"extraSANs": ["10.0.0.1"]},
            "ingress": {"enabled": True, "host": "api.example.com"},
        }
    }
    assert syncer_config(settings).extra_sans == ("10.0.0.1", "api.example.com")
    settings["controlPlane"]["ingress"]["enabled"] = False
    assert syncer_config(settings).extra_sans == ("10.0.0.1",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=b:NoSchedule", {"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"}),
        ("a:NoExecute", {"key": "a", "operator": "Exists", "effect": "NoExecute"}),
        ("a", {"key": "a", "operator": "Exists"}),
        (":NoSchedule", {"operator": "Exists", "effect": "NoSchedule"}),
        ("*", {"operator": "Exists"}),
    ],
)
def test_tolerations_are_read_from_text(text: str, expected: dict[str, str]) -> None:
    assert toleration(text) == expected


def test_the_defaults_of_both_sides_agree() -> None:
    """Apart from what the contract cannot know: the DNS objects and the requests of the hosts init container."""
    rewriting = replace(syncer_config().to_host.pods.rewrite_hosts, resources={})
    pods = replace(syncer_config().to_host.pods, rewrite_hosts=rewriting)
    compiled = replace(syncer_config(), to_host=replace(syncer_config().to_host, pods=pods), manifests=())
    assert compiled == SyncerConfig()
