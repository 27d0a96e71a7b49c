"""``why``: from what would be rendered back to the lines, or the defaults, that made it so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from vcluster_config.cli import inputs
from vcluster_config.cli.compiling import checked, compiled

if TYPE_CHECKING:
    from vcluster_config.effects.provenance import Cause, Subject
    from vcluster_config.effects.rendered import Release
    from vcluster_config.objects import Json
    from vcluster_config.source.document import Document


@click.command("why")
@inputs.file_argument
@click.argument("subject", metavar="OBJECT[.PATH]|SETTING")
@click.option("--defaults", is_flag=True, help="Show deciding defaults too, not only when no line decides.")
@click.option("--release", "name", default="NAME", show_default=True, help="Name of the release, for names of objects.")
@click.option("-n", "--namespace", default="NAMESPACE", show_default=True, help="Namespace of the release.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@inputs.overlays
def command(
    file: str,
    subject: str,
    defaults: bool,
    name: str,
    namespace: str,
    form: str,
    overlay: tuple[str, ...],
    **values: tuple[str, ...],
) -> None:
    """Show the lines of FILE, or the defaults, that decide OBJECT.

    OBJECT is Kind/name, such as Role/vc-NAME, a Kind alone, or a key of the compiled values. A PATH narrows the
    question: StatefulSet.spec.replicas. Causes are found by changing each setting and compiling again.
    A SETTING such as sync.toHost.secrets.all turns the question round: what would differ with another value of it?
    """
    from vcluster_config.effects.masking import secret_texts
    from vcluster_config.effects.provenance import NoSuchObject, Search, settings_of, subjects
    from vcluster_config.effects.rendered import Release
    from vcluster_config.schema.settings import top_level

    release = Release(name, namespace)
    report = checked([file, *overlay], values)
    chart = compiled(report, quiet=True).values()
    if subject.split(".", 1)[0] in top_level():
        _forwards(report.document, subject, chart, release, form)
        return
    try:
        found = subjects(chart, subject, release)
    except NoSuchObject as error:
        raise click.UsageError(str(error)) from error
    secrets = secret_texts((report.document,))
    answers = {
        item: settings_of(Search.of(report.document, chart, item, release), all_defaults=defaults) for item in found
    }
    if form == "json":
        causes = [_as_dict(item, cause, report.document, secrets) for item, cause in _pairs(answers)]
        click.echo(json.dumps({"format_version": 1, "causes": causes}, indent=2, ensure_ascii=False))
    else:
        for item, those in answers.items():
            _print(item, those, report.document, secrets)


def _forwards(document: Document, setting: str, chart: Json, release: Release, form: str) -> None:
    """What a setting decides."""
    from vcluster_config.effects import show as shown
    from vcluster_config.effects.forwards import effects
    from vcluster_config.effects.masking import secret_texts
    from vcluster_config.schema import settings

    path = tuple(setting.split("."))
    if settings.find(setting) is None and document.find(path) is None:
        raise click.UsageError(f"there is no setting {setting}; vcluster-config explain PATH lists them")
    found = effects(document, path, chart, release)
    secrets = secret_texts((document,))
    if found is None:
        click.echo('{"format_version": 1}' if form == "json" else f"no other value of {setting} changes anything")
    elif form == "json":
        click.echo(shown.as_json(found.difference, secrets), nl=False)
    else:
        without = f"without {setting}" if found.instead is None else f"with {setting}: {_short(found.instead)}"
        click.echo(f"{without}:")
        click.echo(shown.as_text(found.difference, secrets), nl=False)


def _pairs(answers: dict[Subject, list[Cause]]) -> list[tuple[Subject, Cause]]:
    return [(item, cause) for item, causes in answers.items() for cause in causes]


def _print(subject: Subject, causes: list[Cause], document: Document, secrets: frozenset[str]) -> None:
    from vcluster_config.effects.changes import spell

    click.echo(f"{subject.identity} {spell(subject.path)}".rstrip() + ":")
    for cause in causes:
        found = _as_dict(subject, cause, document, secrets)
        where = f"{found['file']}:{found['line']}:{found['column']}" if cause.written else "default"
        value = "" if cause.written else f" = {_short(cause.default)}"
        change = f"{found['field']}: {_short(found['is'])}, otherwise {_short(found['otherwise'])}"
        click.echo(f"  {where}: {found['setting']}{value}\n    {change}")
    if not causes:
        click.echo("  no setting changes it")


def _as_dict(subject: Subject, cause: Cause, document: Document, secrets: frozenset[str]) -> dict[str, Any]:
    from vcluster_config.effects.changes import spell
    from vcluster_config.effects.masking import masked
    from vcluster_config.lint.render.as_json import place
    from vcluster_config.source.node import dotted

    kind, change = subject.identity.kind, cause.change
    return {
        "object": str(subject.identity),
        "setting": dotted(cause.path),
        "written": cause.written,
        **(place(document.key_span(cause.path)) if cause.written else {"default": cause.default}),
        "field": spell(change.path),
        "is": masked(kind, change, change.before, secrets),
        "otherwise": masked(kind, change, change.after, secrets),
    }


def _short(value: Any) -> str:
    text = "nothing" if value is None else value if isinstance(value, str) and value else json.dumps(value)
    line = " ".join(str(text).split())
    return line if len(line) <= 60 else line[:59] + "…"
