"""Name translation is an interface: these values may never change."""

from __future__ import annotations

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from vcluster_contract import names

DNS_LABEL = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
SUBDOMAIN = st.from_regex(
    r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?){0,3}", fullmatch=True
)


def test_short_names_stay_readable() -> None:
    assert names.host_name("web-0", "shop", "team-a") == "web-0-x-shop-x-team-a"


def test_long_names_keep_52_characters_and_a_digest() -> None:
    full = "a" * 60 + "-x-shop-x-team-a"
    expected = "a" * 52 + "-" + hashlib.sha256(full.encode()).hexdigest()[:10]
    assert names.host_name("a" * 60, "shop", "team-a") == expected


def test_a_cut_at_a_dot_leaves_a_valid_name() -> None:
    name = "a" * 51 + "." + "b" * 20
    assert ".-" not in names.host_name(name, "shop", "team-a")


def test_cluster_scoped_names_tell_host_namespaces_apart() -> None:
    assert names.cluster_scoped_host_name("fast", "ns1", "v") == "vcluster-fast-x-ns1-x-v"
    assert names.cluster_scoped_host_name("fast", "ns2", "v") != names.cluster_scoped_host_name("fast", "ns1", "v")


@given(name=SUBDOMAIN, namespace=DNS_LABEL, vcluster=DNS_LABEL)
def test_host_names_are_valid_subdomains(name: str, namespace: str, vcluster: str) -> None:
    host = names.host_name(name, namespace, vcluster)
    assert len(host) <= 63
    assert re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*", host)
