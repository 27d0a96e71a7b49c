"""The command line: exit codes, formats, fixes and every command on small inputs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result

from vcluster_config.cli import cli

GOOD = "sync: {toHost: {serviceAccounts: {enabled: true}}}\n"
BAD = "sync:\n  toHost:\n    ingress: {}\n    serviceAccounts:\n      enabled: 'true' # keep me\n"
WARNING = "sync:\n  toHost:\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    for name, text in (("good.yaml", GOOD), ("bad.yaml", BAD), ("warning.yaml", WARNING)):
        (tmp_path / name).write_text(text)
    return tmp_path


def run(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(cli, arguments, input=stdin)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("lint", "good.yaml"), 0),
        (("lint", "bad.yaml"), 1),
        (("lint", "good.yaml", "bad.yaml"), 1),
        (("lint", "warning.yaml"), 0),
        (("lint", "warning.yaml", "--max-warnings", "0"), 1),
        (("lint", "bad.yaml", "--ignore", "VC1"), 0),
        (("lint", "bad.yaml", "--select", "VC2"), 0),
        (("lint", "missing.yaml"), 2),
        (("lint",), 2),
        (("lint", "good.yaml", "--format", "poem"), 2),
        (("nonsense",), 2),
        (("compile", "good.yaml"), 0),
        (("compile", "bad.yaml"), 1),
        (("compile", "good.yaml", "--chart"), 2),
        (("explain", "VC101"), 0),
        (("explain", "VC999"), 2),
        (("explain", "sync.toHost.pods.enabled"), 0),
        (("explain", "sync.toHost.pod"), 2),
        (("schema",), 0),
        (("rbac", "good.yaml"), 0),
        (("why", "good.yaml", "service"), 0),
        (("why", "good.yaml", "nothing.like.it"), 2),
        (("why", "bad.yaml", "service"), 1),
        (("diff", "good.yaml", "good.yaml"), 0),
        (("diff", "good.yaml", "bad.yaml"), 1),
        (("diff", "bad.yaml", "good.yaml"), 2),
        (("convert", "good.yaml"), 0),
        (("name", "web", "--vcluster", "team"), 0),
        (("name", "other", "--vcluster", "team", "--back"), 1),
        (("--help",), 0),
        (("--version",), 0),
    ],
)
def test_exit_codes(folder: Path, arguments: tuple[str, ...], code: int) -> None:
    result = run(*arguments)
    if arguments == ("--version",) and result.exit_code:
        pytest.skip("the package is not installed")
    assert result.exit_code == code, result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("compile", "good.yaml", "-o", "good.yaml/out"),
        ("compile", "good.yaml", "--chart", "-o", "good.yaml/out"),
        ("convert", "good.yaml", "-o", "missing/new.yaml"),
    ],
)
def test_a_place_that_cannot_be_written_is_no_internal_error(folder: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert f"cannot write {arguments[-1]}: N" in result.stderr


def test_a_file_that_may_not_be_fixed_is_no_internal_error(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, _: bytes) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "write_bytes", refuse)
    result = run("lint", "bad.yaml", "--fix")
    assert result.exit_code == 2
    assert "cannot write bad.yaml: Permission denied" in result.stderr


def test_an_internal_error_ends_with_3(folder: Path) -> None:
    code = (
        "import sys; from vcluster_config import cli, lint\n"
        "def boom(*_, **__): raise RuntimeError('boom')\n"
        "sys.modules['vcluster_config.lint.check'].check = boom\n"
        "sys.argv = ['vcluster-config', 'lint', 'good.yaml']; cli.main()"
    )
    root = str(Path(__file__).resolve().parents[3])
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": root}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "internal error: RuntimeError: boom" in done.stderr


def test_standard_input(folder: Path) -> None:
    result = run("lint", "-", "--format", "concise", stdin=BAD)
    assert result.exit_code == 1
    assert result.stdout.startswith("<stdin>:3:5: error[VC101] unknown key ingress in sync.toHost")


def test_json_form_is_the_documented_one(folder: Path) -> None:
    document = json.loads(run("lint", "bad.yaml", "--format", "json").stdout)
    assert document["format_version"] == 1
    first, second = document["diagnostics"]
    assert {key: first[key] for key in ("code", "severity", "message", "file", "path")} == {
        "code": "VC101",
        "severity": "error",
        "message": "unknown key ingress in sync.toHost",
        "file": "bad.yaml",
        "path": "sync.toHost.ingress",
    }
    assert [second[key] for key in ("line", "column", "end_line", "end_column")] == [5, 16, 5, 22]
    assert second["expected"] == "true or false"


def test_full_format_points_at_the_value(folder: Path) -> None:
    text = run("lint", "bad.yaml").stdout
    assert " 5 |       enabled: 'true' # keep me\n   |                ^^^^^^\n" in text
    assert text.endswith("found 2 errors\n")


def test_github_commands(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    line = run("lint", "bad.yaml").stdout.splitlines()[0]
    assert line.startswith("::error file=bad.yaml,line=3,col=5,endLine=3,endColumn=12,title=VC101::unknown key ingress")


def test_machine_formats_are_well_formed(folder: Path) -> None:
    sarif = json.loads(run("lint", "bad.yaml", "--format", "sarif").stdout)
    assert sarif["version"] == "2.1.0"
    results = sarif["runs"][0]["results"]
    assert [item["ruleId"] for item in results] == ["VC101", "VC102"]
    assert results[1]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == "true"
    gitlab = json.loads(run("lint", "bad.yaml", "--format", "gitlab").stdout)
    assert [item["location"]["positions"]["begin"]["line"] for item in gitlab] == [3, 5]
    assert len({item["fingerprint"] for item in gitlab}) == 2
    rdjson = json.loads(run("lint", "bad.yaml", "--format", "rdjson").stdout)
    assert rdjson["diagnostics"][0]["location"]["range"]["start"] == {"line": 3, "column": 5}
    lines = run("lint", "bad.yaml", "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["VC101", "VC102"]
    suite = ET.fromstring(run("lint", "bad.yaml", "good.yaml", "--format", "junit").stdout)  # noqa: S314
    assert [(item.get("name"), item.get("failures")) for item in suite] == [("bad.yaml", "2"), ("good.yaml", "0")]


def test_fix_changes_only_what_is_safe_and_keeps_comments(folder: Path) -> None:
    assert run("lint", "bad.yaml", "--fix").exit_code == 1
    assert (folder / "bad.yaml").read_text() == BAD.replace("'true'", "true")
    assert run("lint", "bad.yaml", "--fix").exit_code == 1
    assert (folder / "bad.yaml").read_text() == BAD.replace("'true'", "true")


def test_guesses_are_only_applied_when_asked_for(folder: Path) -> None:
    Path("guess.yaml").write_text("sync: {toHost: {ingreses: {enabled: true}}}\n")
    assert run("lint", "guess.yaml", "--fix").exit_code == 1
    assert "ingreses" in Path("guess.yaml").read_text()
    assert "+sync: {toHost: {ingresses:" in run("lint", "guess.yaml", "--diff", "--unsafe-fixes").output
    assert run("lint", "guess.yaml", "--fix", "--unsafe-fixes").exit_code == 0
    assert Path("guess.yaml").read_text() == "sync: {toHost: {ingresses: {enabled: true}}}\n"


@pytest.mark.parametrize(
    ("severities", "code", "words"),
    [
        (("VC1=warning",), 0, "warning[VC106]"),
        (("VC106=error",), 1, "error[VC106]"),
        (("VC1=error", "VC106=hint"), 0, "hint[VC106]"),
        (("VC1=off",), 0, ""),
        (("VC106=loud",), 2, "expected a code and one of error, warning, info, hint, off"),
        (("106=error",), 2, "such as VC901=error"),
    ],
)
def test_a_code_weighs_what_one_says(folder: Path, severities: tuple[str, ...], code: int, words: str) -> None:
    options = [part for item in severities for part in ("--severity", item)]
    done = run("lint", "warning.yaml", "--format", "concise", *options)
    assert (done.exit_code, words in done.output, bool(done.output)) == (code, True, bool(words))


def test_diff_shows_the_fix_and_changes_nothing(folder: Path) -> None:
    text = run("lint", "bad.yaml", "--diff").stdout
    assert "-      enabled: 'true' # keep me\n+      enabled: true # keep me\n" in text
    assert (folder / "bad.yaml").read_text() == BAD


def test_layers_and_options_reach_the_output(folder: Path) -> None:
    (folder / "team.yaml").write_text("controlPlane: {coredns: {deployment: {replicas: 2}}}\n")
    values = run("compile", "good.yaml", "-f", "team.yaml", "--set", "networking.advanced.clusterDomain=a.b").stdout
    assert '"clusterDomain": "a.b"' in values or "a.b" in values
    assert values != run("compile", "good.yaml").stdout


def test_a_file_becomes_the_text_of_a_setting(folder: Path) -> None:
    manifests = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {x: 'a=b,c'}\n"
    (folder / "name, spaces.yaml").write_text(manifests)
    option = "experimental.deploy.vcluster.manifests=name\\, spaces.yaml,controlPlane.distro.k3s.token=good.yaml"
    done = run("compile", "good.yaml", "--set-file", option)
    assert done.exit_code == 0, done.output
    assert "a=b,c" in done.stdout


@pytest.mark.parametrize("option", ["controlPlane.distro.k3s.token=missing", "controlPlane.distro.k3s.token=."])
def test_a_file_that_cannot_be_read_is_named(folder: Path, option: str) -> None:
    done = run("lint", "good.yaml", "--set-file", option)
    assert done.exit_code == 2
    assert "--set-file controlPlane.distro.k3s.token: cannot read" in done.stderr


def test_a_finding_names_the_layer_it_is_about(folder: Path) -> None:
    (folder / "team.yaml").write_text("controlPlane: {statefulSet: {highAvailability: {replicas: 3}}}\n")
    document = json.loads(run("lint", "good.yaml", "-f", "team.yaml", "--format", "json").stdout)
    assert [item["file"] for item in document["diagnostics"]] == ["team.yaml"]


def test_compile_writes_values_and_charts(folder: Path) -> None:
    assert run("compile", "good.yaml", "-o", "out").exit_code == 0
    assert (folder / "out" / "values.yaml").is_file()
    assert run("compile", "good.yaml", "-o", "chart", "--chart").exit_code == 0
    assert (folder / "chart" / "Chart.yaml").is_file()
    assert run("compile", "good.yaml", "-o", "out", "--chart").exit_code == 2


def test_compile_writes_nothing_when_there_are_errors(folder: Path) -> None:
    assert run("compile", "bad.yaml", "-o", "out").exit_code == 1
    assert not (folder / "out").exists()


def test_previous_configuration_guards_an_upgrade(folder: Path) -> None:
    (folder / "new.yaml").write_text("controlPlane: {statefulSet: {persistence: {volumeClaim: {size: 9Gi}}}}\n")
    result = run("lint", "new.yaml", "--previous", "good.yaml", "--format", "concise")
    assert "VC803" in result.stdout
    assert run("compile", "new.yaml", "--previous", "good.yaml").exit_code == 1


def test_rbac_names_the_settings_that_need_a_right(folder: Path) -> None:
    assert "pods/exec: create, get  # sync.toHost.pods.enabled" in run("rbac", "good.yaml").stdout


@pytest.mark.parametrize("namespace", ["default", "team-a"])
def test_names_translate_both_ways(namespace: str) -> None:
    host = run("name", "web", "-n", namespace, "--vcluster", "vc").stdout.strip()
    assert run("name", host, "--vcluster", "vc", "--back").stdout.strip() == f"{namespace}/web"


def test_every_command_has_help() -> None:
    for name in cli.list_commands(None):  # type: ignore[arg-type]
        result = run(name, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.stdout


def test_images_given_in_parts_are_joined(folder: Path) -> None:
    image = "{registry: mirror.gcr.io, repository: library/alpine, tag: '3.20'}"
    (folder / "parts.yaml").write_text(
        f"sync: {{toHost: {{pods: {{rewriteHosts: {{initContainer: {{image: {image}}}}}}}}}}}\n"
    )
    assert "mirror.gcr.io/library/alpine:3.20" in run("compile", "parts.yaml").stdout


def test_lint_finds_what_only_the_compiler_refuses(folder: Path) -> None:
    manifests = "controlPlane: {coredns: {overwriteManifests: 'kind: Pod'}}\n"
    (folder / "refused.yaml").write_text(manifests)
    result = run("lint", "refused.yaml", "--format", "concise")
    assert "refused.yaml:1:46: error[VC299]" in result.stdout
    assert result.exit_code == 1


def test_a_file_full_of_tabs_is_mended_at_once(tmp_path: Path) -> None:
    file = tmp_path / "vcluster.yaml"
    file.write_text("sync:\n\ttoHost:\n" + "".join(f"\t\tx{number}: {{}}\n" for number in range(30)))
    CliRunner().invoke(cli, ["lint", "--fix", str(file)])
    assert "\t" not in file.read_text()
