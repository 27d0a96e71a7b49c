"""Whether somebody may grant what a file needs is asked right by right."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from vcluster_config.cli import cli
from vcluster_config.effects.access import questions, refused, review
from vcluster_config.effects.rights import Right

GET_PODS = Right("team", "", "pods", "", "get")
EXEC = Right("", "apps", "deployments/scale", "web", "update")
ANSWER = """\
import json, sys
for item in json.load(sys.stdin)["items"]:
    asked = item["spec"]["resourceAttributes"]
    print(json.dumps({condition}))
"""


def test_a_review_has_the_parts_that_are_given() -> None:
    assert review(GET_PODS)["spec"] == {"resourceAttributes": {"namespace": "team", "resource": "pods", "verb": "get"}}
    assert review(EXEC)["spec"]["resourceAttributes"] == {
        "group": "apps",
        "resource": "deployments",
        "subresource": "scale",
        "name": "web",
        "verb": "update",
    }
    assert review(Right("", "", "/healthz", "", "get"))["spec"] == {
        "nonResourceAttributes": {"path": "/healthz", "verb": "get"}
    }


def test_escalate_stands_in_for_any_right_of_its_scope() -> None:
    asked = questions([GET_PODS, EXEC])
    (_, in_namespace), (_, everywhere) = asked
    assert (in_namespace.resource, in_namespace.scope) == ("roles", "team")
    assert everywhere.resource == "clusterroles"
    assert refused(asked, set()) == [GET_PODS, EXEC]
    assert refused(asked, {GET_PODS, everywhere}) == []
    assert refused(asked, {in_namespace}) == [EXEC]


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, condition: str) -> Result:
    """The command with a kubectl that answers each review by a condition on what was ``asked``."""
    (folder / "answer.py").write_text(ANSWER.replace("{condition}", condition))
    script = folder / "kubectl"
    script.write_text(f"#!/bin/sh\nexec {sys.executable} {folder / 'answer.py'}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    (folder / "vcluster.yaml").write_text("sync: {fromHost: {nodes: {enabled: true}}}\n")
    return CliRunner().invoke(cli, ["rbac", str(folder / "vcluster.yaml"), "--check-access", "-n", "team"])


def test_all_rights_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path, monkeypatch, "True").exit_code == 0


def test_rights_not_held_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(tmp_path, monkeypatch, "asked['resource'] not in ('nodes', 'clusterroles')")
    assert done.exit_code == 1
    refusals = done.stderr.splitlines()
    assert refusals[0] == "rights that you do not hold, and so may not grant:"
    assert "  nodes in the whole host: list, watch" in refusals
    assert not any("in namespace team" in line for line in refusals)


def test_escalate_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path, monkeypatch, "asked['verb'] == 'escalate'").exit_code == 0
