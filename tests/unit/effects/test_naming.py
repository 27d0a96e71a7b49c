"""Names translate both ways, and an answer is never a guess."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from vcluster_config.cli import cli
from vcluster_config.effects.naming import to_host, to_virtual

LABEL = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,6}[a-z0-9])?", fullmatch=True)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["name", *arguments])


@given(LABEL, LABEL, LABEL)
def test_a_host_name_leads_back(name: str, namespace: str, vcluster: str) -> None:
    assert f"{namespace}/{name}" in to_virtual(to_host(name, namespace, vcluster, ""), vcluster)


@given(LABEL, LABEL, LABEL)
def test_a_host_name_of_the_whole_cluster_leads_back(name: str, host_namespace: str, vcluster: str) -> None:
    assert name in to_virtual(to_host(name, "", vcluster, host_namespace), vcluster)


@given(st.text("abx-", min_size=1, max_size=30), LABEL)
def test_every_answer_translates_into_the_question(host: str, vcluster: str) -> None:
    for answer in to_virtual(host, vcluster):
        namespace, _, name = answer.rpartition("/")
        if namespace:
            assert to_host(name, namespace, vcluster, "") == host


def test_the_command_recognises_host_names() -> None:
    assert run("web", "-n", "shop", "--vcluster", "team").output == "web-x-shop-x-team\n"
    assert run("shop/web", "--vcluster", "team").output == "web-x-shop-x-team\n"
    assert run("web-x-shop-x-team", "--vcluster", "team").output == "shop/web\n"
    assert run("vcluster-pv-x-host-x-team", "--vcluster", "team").output.splitlines()[-1] == "pv"
    assert run("pv", "--cluster-scoped", "host", "--vcluster", "team").output == "vcluster-pv-x-host-x-team\n"


def test_json() -> None:
    found = json.loads(run("shop/web", "--vcluster", "team", "--format", "json").output)
    assert found == {"format_version": 1, "virtual": "shop/web", "host": "web-x-shop-x-team"}


@pytest.mark.parametrize("host", ["a" * 52 + "-0123456789", "web-x-shop-x-other"])
def test_what_cannot_be_undone_says_where_to_look(host: str) -> None:
    done = run(host, "--vcluster", "team", "--back")
    assert done.exit_code == 1
    assert "vcluster.loft.sh/object-name" in done.output
