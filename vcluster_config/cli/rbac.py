"""``rbac``: every right the control plane will have on the host, with the setting that needs it."""

from __future__ import annotations

import json
import sys
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import click

from vcluster_config.cli import EXIT_FINDINGS, inputs
from vcluster_config.cli.compiling import checked, compiled

if TYPE_CHECKING:
    from vcluster_config.effects.needs import Need
    from vcluster_config.effects.rendered import Release
    from vcluster_config.lint.check import Report
    from vcluster_config.objects import Json

_FORMATS: Final = ("text", "json", "yaml")


@click.command("rbac")
@inputs.file_argument
@click.option("--format", "form", type=click.Choice(_FORMATS), default="text", show_default=True)
@click.option("--least-privilege", "least", is_flag=True, help="Turn off what costs rights and no line asks for.")
@click.option("--check-access", is_flag=True, help="Ask the cluster of kubectl whether you may grant all of it.")
@click.option("--release", "name", default="NAME", show_default=True, help="Name of the release, for names of objects.")
@click.option("-n", "--namespace", default="NAMESPACE", show_default=True, help="Namespace of the release.")
@inputs.overlays
def command(
    file: str,
    form: str,
    least: bool,
    check_access: bool,
    name: str,
    namespace: str,
    overlay: tuple[str, ...],
    **values: tuple[str, ...],
) -> None:
    """Show the rules that FILE makes necessary, and which settings need each.

    The format yaml gives the Roles and ClusterRoles themselves. With --least-privilege the answer is about FILE with
    every kind turned off that costs rights, that no line asks for, and without which pods still run.
    Exit code 1 means that --check-access found rights that you may not grant.
    """
    from vcluster_config.effects.needs import needs
    from vcluster_config.effects.rendered import Release

    release = Release(name, namespace)
    report = checked([file, *overlay], values)
    chart = compiled(report, quiet=True).values()
    layer: Json = {}
    if least:
        layer, report = _least(report, chart, values)
        chart = compiled(report, quiet=True).values()
    assert report.config is not None  # noqa: S101 - it was compiled
    found = needs(report.config, chart, release)
    show = {"text": _text, "json": _json, "yaml": _yaml}[form]
    click.echo(show(found, chart, release, layer), nl=False)
    if check_access:
        _check_access(found)


def _check_access(found: list[Need]) -> None:
    """One review for each right and for what stands in for it, in one call of kubectl."""
    from dataclasses import replace

    from vcluster_config.cli.tools import kubectl
    from vcluster_config.effects.access import questions, refused, review

    asked = questions(replace(need.right, verb=verb) for need in found for verb in need.verbs)
    rights = list(dict.fromkeys(right for pair in asked for right in pair))
    body = json.dumps({"apiVersion": "v1", "kind": "List", "items": [review(right) for right in rights]})
    answers = kubectl("create", "--filename=-", r"--output=jsonpath={.status.allowed}{'\n'}", stdin=body).split("\n")
    allowed = {right for right, answer in zip(rights, answers, strict=False) if answer == "true"}
    denied = refused(asked, allowed)
    if denied:
        click.echo("rights that you do not hold, and so may not grant:", err=True)
        for (scope, subject), those in groupby(sorted(denied), key=lambda right: (right.scope, right.subject)):
            where = f"in namespace {scope}" if scope else "in the whole host"
            click.echo(f"  {subject} {where}: {', '.join(right.verb for right in those)}", err=True)
        sys.exit(EXIT_FINDINGS)


def _least(report: Report, chart: Json, values: dict[str, tuple[str, ...]]) -> tuple[Json, Report]:
    """The layer that turns off what can be done without, and the configuration with it."""
    from vcluster_config.effects.needs import dispensable
    from vcluster_config.lint.check import check
    from vcluster_config.source.node import dotted, walk
    from vcluster_config.source.parse import SourceFile

    assert report.config is not None  # noqa: S101 - it was compiled
    written = [dotted(path) for path, _, _ in walk(report.document.root)]
    layer: Json = {}
    for setting in dispensable(report.config, chart, written):
        section = layer
        *parents, last = setting.split(".")
        for key in parents:
            section = section.setdefault(key, {})
        section[last] = False
    sources = [SourceFile(name, text) for name, text in report.document.sources.items()]
    return layer, check([*sources, SourceFile("least-privilege", json.dumps(layer))], inputs.options(values))


def _text(found: list[Need], _: Json, release: Release, layer: Json) -> str:
    from vcluster_config.compile.yaml_out import dump

    lines = ["in the whole host: nothing"] if all(need.right.scope for need in found) else []
    title = None
    for need in found:
        if title != need.role:
            title = need.role
            lines.append(f"{_where(need.right.scope, release)} ({need.role}):")
        reasons = ", ".join(need.settings) or "?"
        lines.append(f"  {need.right.subject}: {', '.join(need.verbs)}  # {reasons}")
    if layer:
        lines += ["", "with this layer on top of the file (-f):", dump(layer).rstrip()]
    return "\n".join(lines) + "\n"


def _where(scope: str, release: Release) -> str:
    if not scope:
        return "in the whole host"
    return "in the namespace of the release" if scope == release.namespace else f"in namespace {scope}"


def _json(found: list[Need], _: Json, __: Release, layer: Json) -> str:
    rules = [
        {
            "role": str(need.role),
            "scope": need.right.scope,
            "group": need.right.group,
            "resource": need.right.resource,
            "name": need.right.name,
            "verbs": need.verbs,
            "settings": need.settings,
        }
        for need in found
    ]
    extra: dict[str, Any] = {"layer": layer} if layer else {}
    return json.dumps({"format_version": 1, "rules": rules, **extra}, indent=2, ensure_ascii=False) + "\n"


def _yaml(_: list[Need], chart: Json, release: Release, __: Json) -> str:
    from vcluster_config.compile.yaml_out import dump
    from vcluster_config.effects.rendered import render

    roles = (content for identity, content in render(chart, release).items() if identity.kind.endswith("Role"))
    return "---\n".join(dump(content) for content in roles)
