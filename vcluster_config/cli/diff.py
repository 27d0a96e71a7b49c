"""``diff``: what a changed configuration changes on the host, before it does."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import click

from vcluster_config.cli import EXIT_FINDINGS, inputs, releases
from vcluster_config.cli.compiling import checked, compiled, show

if TYPE_CHECKING:
    from vcluster_config.lint.check import Report
    from vcluster_config.objects import Json
    from vcluster_config.source.diagnostic import Diagnostic

_NOTHING: Final[dict[str, tuple[str, ...]]] = dict.fromkeys(inputs.SET_NAMES, ())
_UPGRADE: Final = "VC8"


@click.command("diff")
@click.argument("old", type=releases.PREVIOUS)
@click.argument("new", type=inputs.INPUT)
@click.option("--release", "name", default="NAME", show_default=True, help="Name of the release, for names of objects.")
@click.option("-n", "--namespace", default="NAMESPACE", show_default=True, help="Namespace of the release.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@inputs.overlays
def command(
    old: str, new: str, name: str, namespace: str, form: str, overlay: tuple[str, ...], **values: tuple[str, ...]
) -> None:
    """Show what an upgrade from OLD to NEW does: objects, rights, restarts, and what would be refused.

    OLD is a file, or release:NAMESPACE/NAME for what runs now. Layers and --set belong to NEW.
    Exit code 1 means that the upgrade would be refused.
    """
    from vcluster_config.effects import show as shown
    from vcluster_config.effects.difference import compare_values
    from vcluster_config.effects.masking import secret_texts
    from vcluster_config.effects.rendered import Release

    release = releases.release(old) if releases.is_release(old) else Release(name, namespace)
    before, installed = _before(old)
    report = checked([new, *overlay], values, before.config)
    refused, report = _without_refusals(report)
    found = compare_values(installed, compiled(report).values(), release)
    found = replace(found, refused=(*map(_sentence, refused), *found.refused))
    secrets = secret_texts((before.document, report.document))
    shapes = {"text": shown.as_text, "json": shown.as_json, "markdown": shown.as_markdown}
    click.echo(shapes[form](found, secrets), nl=False)
    if found.refused:
        sys.exit(EXIT_FINDINGS)


def _before(old: str) -> tuple[Report, Json]:
    """What is installed, as settings and as compiled values."""
    from vcluster_config.effects.installed import COMPILED
    from vcluster_config.lint.check import check

    if not releases.is_release(old):
        report = checked([old], _NOTHING)
        _refuse_unusable(old, report)
        return report, compiled(report, quiet=True).values()
    found = releases.values(old)
    report = check([releases.source(old)])
    _refuse_unusable(old, report)
    return report, found if COMPILED in found else compiled(report, quiet=True).values()


def _refuse_unusable(old: str, report: Report) -> None:
    if report.failed:
        show(report)
        raise click.UsageError(f"{old} has errors; give what is installed")


def _without_refusals(report: Report) -> tuple[list[Diagnostic], Report]:
    """Errors about the upgrade itself, and the report without them: the difference is shown all the same."""
    from vcluster_config.source.diagnostic import Severity

    refused = [
        item for item in report.diagnostics if item.severity is Severity.ERROR and item.code.value.startswith(_UPGRADE)
    ]
    return refused, replace(report, diagnostics=[item for item in report.diagnostics if item not in refused])


def _sentence(found: Diagnostic) -> str:
    return f"{found.code} {found.message} ({found.span.file}:{found.span.line}:{found.span.column})"
