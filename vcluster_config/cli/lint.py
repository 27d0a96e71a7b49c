"""``lint``: every finding at once, in the format asked for."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from vcluster_config.cli import EXIT_FINDINGS, inputs
from vcluster_config.lint.render import FORMATS, render

if TYPE_CHECKING:
    from vcluster_config.source.diagnostic import Diagnostic


@click.command("lint")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@inputs.overlays
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: full; github inside GitHub Actions.")
@click.option("--select", multiple=True, metavar="CODE", help="Show only these codes; VC2 means all that start so.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Hide these codes.")
@click.option("--max-warnings", type=click.IntRange(min=0), help="Fail when there are more warnings.")
def command(
    files: tuple[str, ...],
    overlay: tuple[str, ...],
    form: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    max_warnings: int | None,
    **values: tuple[str, ...],
) -> None:
    """Find every mistake in each FILE.

    Each FILE is a configuration of its own; layers given with -f win over it.
    """
    from vcluster_config.lint.check import check
    from vcluster_config.model.secret_paths import masked_sources
    from vcluster_config.source.diagnostic import Severity

    found: list[Diagnostic] = []
    sources: dict[str, str] = {}
    for name in files:
        report = check(inputs.read([name, *overlay]), inputs.options(values))
        found += [item for item in report.diagnostics if _wanted(item.code, select, ignore)]
        sources |= masked_sources(report.document)
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full")
    click.echo(render(form, found, sources), nl=False)
    warnings = sum(item.severity is Severity.WARNING for item in found)
    too_many = max_warnings is not None and warnings > max_warnings
    if too_many or any(item.severity is Severity.ERROR for item in found):
        sys.exit(EXIT_FINDINGS)


def _wanted(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    chosen = not select or code.startswith(select)
    return chosen and not (ignore and code.startswith(ignore))
