"""What the pages name exists: settings, options, tasks, files, metrics, defaults, containers."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from devhost.cli import main as devhost
from tests.unit.compile.compiling import pod_spec
from tests.unit.docs.pages import BLOCK, PAGES, ROOT, blocks, read
from vcluster_config.cli import cli
from vcluster_config.lint.render import FORMATS
from vcluster_config.lsp.settings import Settings, settings
from vcluster_config.model import Config
from vcluster_config.model.shape import fields
from vcluster_config.model.suggest import is_setting

OF_THE_COMPILER = ["README.md", *(f"docs/{name}.md" for name in ("editors", "effects", "from-upstream", "lint-in-ci"))]
CODE = re.compile(r"`([^`\n]+)`")
FLAG = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)")
METRIC = re.compile(r"\b(?:sync|cache|queue|cert|event_loop|leader|startup)_[a-z_]+\b")
REGISTERED = re.compile(r'\.(?:counter|gauge|histogram)\(\s*"(\w+)"')
NOT_HERE = {"controlPlane.distro.k8s.image"}


def commands() -> dict[str, set[str]]:
    """Options of each command."""
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    return {
        name: {flag for parameter in command.params for flag in parameter.opts} | {"--help"}
        for name, command in found.items()
        if command is not None
    }


def said(page: str) -> list[str]:
    """Code in the lines of a page, and its commands."""
    typed = [line[2:] for block in blocks(page) for line in block.text.splitlines() if line.startswith("$ ")]
    return typed + CODE.findall(BLOCK.sub("", read(page)))


@pytest.mark.parametrize("page", OF_THE_COMPILER)
def test_options_exist(page: str) -> None:
    known = commands()
    every = set().union(*known.values())
    for code in said(page):
        words = code.removeprefix("vcluster-config ").split()
        ours = code.startswith(("vcluster-config ", "--")) or (words and words[0] in known)
        if ours and code != "vcluster-config --help":
            options = every if words[0].startswith("-") else known[words[0]]
            assert set(FLAG.findall(code)) <= options, f"{page}: {code}"


@pytest.mark.parametrize("page", PAGES)
def test_settings_exist(page: str) -> None:
    for code in CODE.findall(BLOCK.sub("", read(page))):
        first, *rest = code.split(".")
        if first in fields(Config) and rest and code not in NOT_HERE:
            assert is_setting((first, *rest)), f"{page}: {code}"


@pytest.mark.parametrize("page", PAGES)
def test_tasks_exist(page: str) -> None:
    tasks = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for code in said(page):
        if code.startswith("make "):
            assert code.split()[1] in tasks, f"{page}: {code}"


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target, anchor in LINK.findall(read(page)):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), f"{page}: {target}"
        headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}, f"{page}: #{anchor}"


def test_every_example_is_listed() -> None:
    folder = ROOT / "examples"
    listed = {target for target, _ in LINK.findall(read("examples/README.md"))}
    assert listed == {str(path.relative_to(folder)) for path in folder.rglob("*.yaml")}


def test_metrics_are_those_of_the_syncer() -> None:
    source = "".join(path.read_text() for path in (ROOT / "vcluster_syncer").rglob("*.py"))
    page = " ".join(CODE.findall(read("docs/syncing.md")))
    assert set(METRIC.findall(page)) == set(REGISTERED.findall(source))


def test_commands_of_devhost_are_those_of_its_page() -> None:
    table = re.findall(r"^\| (`.*?`) \| ", read("docs/devhost.md"), re.MULTILINE)
    assert {code.split()[0] for cell in table for code in CODE.findall(cell)} | {"start", "stop"} == set(
        devhost.commands
    )


def test_formats_for_machines_are_named() -> None:
    named = set(re.findall(r"[a-z]+", " ".join(said("docs/lint-in-ci.md"))))
    assert set(FORMATS) - {"full", "json", "jsonl"} <= named


def test_hooks_and_jobs_can_be_read() -> None:
    hooks = {hook["id"] for hook in YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    hook, job = (
        YAML(typ="safe").load(found.text)
        for name in (".pre-commit-config.yaml", ".github/workflows/vcluster.yaml")
        for found in blocks("docs/lint-in-ci.md")
        if found.text.startswith(f"# {name}\n")
    )
    assert {item["id"] for item in hook["repos"][0]["hooks"]} <= hooks
    steps = job["jobs"]["lint"]["steps"]
    (version,) = [step["with"]["python-version"] for step in steps if "setup-python" in step.get("uses", "")]
    least = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=")
    assert [int(part) for part in version.split(".")] >= [int(part) for part in least.split(".")]
    (line,) = [step["run"] for step in steps if step.get("run", "").startswith("vcluster-config")]
    assert line.split()[1] in commands()


def test_settings_of_editors_are_read() -> None:
    page = read("docs/editors.md")
    assert all(f"`{key}" in page for key in ("layers`", "hostVersion`", "security: true`"))
    found = settings({"vcluster": {"layers": ["base.yaml"], "hostVersion": "1.34", "security": True}})
    assert found.layers == ("base.yaml",)
    assert found.host is not None
    assert found != Settings()
    assert found.security
    (helix,) = [tomllib.loads(block.text) for block in blocks("docs/editors.md") if block.language == "toml"]
    server = helix["language-server"]["vcluster"]
    assert server == {"command": "vcluster-config", "args": ["lsp"]}


def test_defaults_are_those_that_a_guide_names() -> None:
    page = read("docs/from-upstream.md")
    control_plane = Config().control_plane
    assert f"{control_plane.distro.k8s.version} unless you choose" in page
    assert control_plane.stateful_set.security.container_security_context == {}


@pytest.mark.parametrize(
    ("settings", "row"),
    [
        ({}, "k8s, SQLite"),
        ({"backingStore": {"database": {"external": {"enabled": True, "dataSource": "postgres://a"}}}}, "k8s, SQLite"),
        ({"backingStore": {"etcd": {"deploy": {"enabled": True}}}}, "k8s, deployed etcd"),
        ({"advanced": {"virtualScheduler": {"enabled": True}}}, "scheduler inside"),
    ],
)
def test_containers_are_those_of_the_table(settings: dict[str, Any], row: str) -> None:
    (cell,) = re.findall(rf"^\| {row}[^|]* \| (.*) \|$", read("docs/architecture.md"), re.MULTILINE)
    spec = pod_spec({"controlPlane": settings})
    names = {item["name"] for item in (*spec["initContainers"], *spec["containers"])}
    assert {name for name in CODE.findall(cell) if name.startswith(("k", "e"))} <= names
    assert row == "scheduler inside" or names == {*CODE.findall(cell.partition(";")[0]), "bootstrap", "syncer"}


def test_rooms_are_folders() -> None:
    table = read("docs/architecture.md").partition("## The rooms")[2].partition("\n\n")[2].partition("\n\n")[0]
    rooms = {code for line in table.splitlines() for code in CODE.findall(line.split("|")[1])}
    for room in rooms:
        assert (ROOT / room).is_dir() or (ROOT / "vcluster_config" / room).is_dir(), room
    packages = {path.name for path in ROOT.glob("vcluster_*") if path.is_dir()}
    assert packages <= {room.partition("/")[0] for room in rooms}
