"""The Corefile: which names the virtual cluster's DNS answers and where it asks for the rest.

Directives: https://coredns.io/plugins/. Port 1053, because the process may not bind port 53.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_contract import layout

if TYPE_CHECKING:
    from vcluster_config.model import Config

_DEFAULT_DOMAIN: Final = "cluster.local"


def corefile(config: Config) -> str:
    """Text of the Corefile for this configuration."""
    domain = config.networking.advanced.cluster_domain
    zones = list(dict.fromkeys((domain, _DEFAULT_DOMAIN)))
    body = [
        "errors",
        "health",
        "ready",
        *_node_names(config, domain),
        f"kubernetes {' '.join(zones)} in-addr.arpa ip6.arpa {{",
        "    pods insecure",
        f"    fallthrough {_fallthrough(config, zones)}",
        "}",
        "hosts /etc/coredns/NodeHosts {",
        "    ttl 60",
        "    reload 15s",
        "    fallthrough",
        "}",
        "prometheus :9153",
        *_forward(config),
        "cache 30",
        "loop",
        "loadbalance",
        "reload",
    ]
    return "\n".join([".:1053 {", *(f"    {line}" for line in body), "}", "import /etc/coredns/custom/*.server", ""])


def _node_names(config: Config, domain: str) -> tuple[str, ...]:
    """Host names of virtual nodes lead to the control plane, which serves the kubelet API for all of them."""
    if not config.networking.advanced.proxy_kubelets.by_hostname:
        return ()
    return (f"rewrite name regex .*\\.nodes\\.vcluster\\.com kubernetes.default.svc.{domain}",)


def _fallthrough(config: Config, zones: list[str]) -> str:
    """Names that are unknown inside go on to the host's DNS when it is to be asked."""
    asked = zones if config.networking.advanced.fallback_host_cluster else []
    return " ".join((*asked, "in-addr.arpa", "ip6.arpa"))


def _forward(config: Config) -> tuple[str, ...]:
    if config.networking.advanced.fallback_host_cluster:
        return (f"forward . {layout.HOST_DNS_PLACEHOLDER}",)
    policy = config.policies.network_policy
    if not policy.enabled:
        return ("forward . /etc/resolv.conf",)
    return (f"forward . /etc/resolv.conf {policy.fallback_dns} {{", "    policy sequential", "}")
