"""Hardening is a list of points: each is missed and mended alone, and the profile that we ship keeps them all."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from vcluster_config.cli import cli
from vcluster_config.lint import Report, check
from vcluster_config.lint.fix import apply, safe_edits
from vcluster_config.lint.hardening import POINTS, Point, score
from vcluster_config.source import SourceFile
from vcluster_config.source.codes import Code
from vcluster_config.source.document import load
from vcluster_config.source.insert import insertion
from vcluster_config.source.node import Mapping, dotted, plain, walk

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
HARDENED = (EXAMPLES / "hardened.yaml").read_text()
TEXTS = [path.read_text() for path in sorted(EXAMPLES.glob("*.yaml")) if "apiVersion" not in path.read_text()]
WRONG = {
    "rbac.clusterRole.extraRules": "[{apiGroups: [''], resources: [nodes], verbs: [get]}]",
    "policies.podSecurityStandard": "privileged",
}
BY_HAND = {"rbac.clusterRole.extraRules"}


def hardening(*texts: str) -> tuple[Report, list[str]]:
    files = [SourceFile(f"{number}.yaml", text) for number, text in enumerate(texts)]
    report = check(files, security=True)
    return report, [item.path for item in report.diagnostics if item.code is Code.NOT_HARDENED]


def fixed(text: str) -> str:
    for _ in range(10):
        after = apply(text, safe_edits(hardening(text)[0].diagnostics))
        if after == text:
            return text
        text = after
    pytest.fail("the fixes never come to rest")


def missing(point: Point) -> str:
    """A layer that misses one point."""
    value = WRONG.get(point.path, str(not point.values[0]).lower())
    return point.path.replace(".", ": {") + f": {value}" + "}" * point.path.count(".") + "\n"


def scored(report: Report) -> int:
    assert report.config is not None
    return score(report.config)


def test_the_hardened_profile_keeps_every_point() -> None:
    report, found = hardening(HARDENED)
    assert (found, scored(report), report.diagnostics) == ([], 100, [])
    written = {dotted(path) for path, node, _ in walk(report.document.root) if not isinstance(node, Mapping)}
    assert written <= {point.path for point in POINTS}


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.path)
def test_each_point_counts_alone(point: Point) -> None:
    follows = "policies: {limitRange: {enabled: false}}" if point.path == "policies.limitRange.enabled" else ""
    report, found = hardening(HARDENED, missing(point), follows or "{}")
    assert found == [point.path]
    assert scored(report) < 100


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.path)
def test_each_point_is_mended_where_it_is_written(point: Point) -> None:
    _, before = hardening(missing(point))
    _, after = hardening(fixed(missing(point)))
    assert point.path in before
    assert after == ([point.path] if point.path in BY_HAND else [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "# nothing",
        "policies: {}\n",
        "sync: {toHost: {}}\n",
        "policies:\n  networkPolicy: {labels: {a: b}} # why\n",
        *TEXTS,
    ],
)
def test_fixes_add_what_is_missing_and_keep_the_rest(text: str) -> None:
    after = fixed(text)
    assert hardening(after)[1] == []
    kept = [line.strip() for line in text.splitlines() if "#" in line and "{" not in line]
    assert all(line in after for line in kept)


def test_quota_and_limits_follow_each_other() -> None:
    assert "policies.limitRange.enabled" not in hardening("policies: {resourceQuota: {enabled: true}}\n")[1]
    off = "policies: {resourceQuota: {enabled: true}, limitRange: {enabled: false}}\n"
    assert "policies.limitRange.enabled" in hardening(off)[1]


def test_a_point_is_accepted_where_it_is_written() -> None:
    comment = "# vcluster-config: ignore[VC604] the kubeconfig never leaves the test lab\n"
    accepted = f"{comment}exportKubeConfig: {{insecure: true}}\n"
    assert "exportKubeConfig.insecure" not in hardening(HARDENED, accepted)[1]


def test_nobody_is_bothered_who_does_not_ask() -> None:
    assert check([SourceFile("a.yaml", "")]).diagnostics == []


def test_the_command_tells_the_score(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text("sync: {fromHost: {nodes: {enabled: true}}}\n")
    before = CliRunner().invoke(cli, ["lint", "a.yaml", "--security", "--format", "concise"])
    assert "policies.networkPolicy.enabled leaves a door open" in before.output
    assert "a.yaml: security score " in before.stderr
    assert before.exit_code == 0
    after = CliRunner().invoke(cli, ["lint", "a.yaml", "--security", "--fix"])
    assert (after.stdout, after.stderr) == ("", "fixed a.yaml\na.yaml: security score 100 of 100\n")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("sync:\n", "sync.toHost.pods.enabled"),
        ("sync: [a]\n", "sync.toHost"),
        ("a: &a {b: 1}\nsync:\n  <<: *a\n", "sync.toHost"),
        ("sync: {toHost: {}}\n", "sync.toHost"),
        ("{}\n", "sync"),
    ],
)
def test_nothing_is_inserted_where_it_would_not_fit(text: str, path: str) -> None:
    assert insertion(load([SourceFile("a.yaml", text)]), tuple(path.split(".")), "x") is None


@settings(max_examples=150)
@given(st.data())
def test_an_insertion_adds_its_value_and_changes_nothing_else(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([*TEXTS, "a: {b: {c: 1}}\n", "a:\n- b:\n    c: 1\nd: {}\n"]))
    before = load([SourceFile("a.yaml", text)])
    mappings = [tuple(map(str, path)) for path, node, _ in walk(before.root) if isinstance(node, Mapping)]
    around = data.draw(st.sampled_from([(), *(path for path in mappings if before.find(path) is not None)]))
    path = (*around, *data.draw(st.lists(st.sampled_from(["new", "deep", "er"]), min_size=1, max_size=3)))
    edit = insertion(before, path, "7")
    assert edit is not None
    after = load([SourceFile("a.yaml", apply(text, [edit]))])
    assert after.diagnostics == ()
    node = after.find(path)
    assert node is not None
    assert plain(node) == 7
    new = {tuple(found) for found, _, _ in walk(after.root)} - {tuple(found) for found, _, _ in walk(before.root)}
    assert new == {path[:length] for length in range(len(around) + 1, len(path) + 1)}
