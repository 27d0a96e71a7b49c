"""``lint``: every finding at once, in the format asked for."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from vcluster_config.cli import EXIT_FINDINGS, hosts, inputs, releases
from vcluster_config.lint.render import FORMATS, render

if TYPE_CHECKING:
    from vcluster_config.lint.check import Report
    from vcluster_config.lint.host import Host
    from vcluster_config.model import Config
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.parse import SourceFile

_ROUNDS: Final = 10


@click.command("lint")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@inputs.overlays
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: full; github inside GitHub Actions.")
@click.option("--select", multiple=True, metavar="CODE", help="Show only these codes; VC2 means all that start so.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Hide these codes.")
@click.option("--max-warnings", type=click.IntRange(min=0), help="Fail when there are more warnings.")
@click.option("--fix", is_flag=True, help="Apply safe fixes to the files.")
@click.option("--diff", "show_diff", is_flag=True, help="Show what --fix would change, without changing it.")
@click.option(
    "--previous",
    type=releases.PREVIOUS,
    metavar="FILE|release:NAMESPACE/NAME",
    help="What is installed, for upgrade rules.",
)
@hosts.options
def command(
    files: tuple[str, ...],
    overlay: tuple[str, ...],
    form: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    max_warnings: int | None,
    fix: bool,
    show_diff: bool,
    previous: str | None,
    host: Host | None,
    **values: tuple[str, ...],
) -> None:
    """Find every mistake in each FILE.

    Each FILE is a configuration of its own; layers given with -f win over it.
    """
    from vcluster_config.model.secret_paths import masked_sources

    if (fix or show_diff) and "-" in (*files, *overlay):
        raise click.UsageError("--fix and --diff need files, not standard input")
    found: list[Diagnostic] = []
    sources: dict[str, str] = {}
    for name in files:
        report = _check([name, *overlay], values, (inputs.previous(previous), host), fix=fix, show_diff=show_diff)
        found += [item for item in report.diagnostics if _wanted(item.code, select, ignore)]
        sources |= masked_sources(report.document)
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full")
    if not show_diff:
        click.echo(render(form, found, sources), nl=False)
    if _fails(found, max_warnings):
        sys.exit(EXIT_FINDINGS)


def _check(
    names: list[str],
    values: dict[str, tuple[str, ...]],
    around: tuple[Config | None, Host | None],
    *,
    fix: bool,
    show_diff: bool,
) -> Report:
    """Check, and fix until nothing changes: one fix may uncover another."""
    from vcluster_config.cli.compiling import known_automatic
    from vcluster_config.judged import judge
    from vcluster_config.lint.check import check

    files, sets = inputs.read(names), inputs.options(values)
    report = check(files, sets, *around)
    before = {file.name: file.text for file in files}
    for _ in range(_ROUNDS if fix or show_diff else 0):
        fixed = _fixed(files, report)
        if fixed == files:
            break
        files, report = fixed, check(fixed, sets, *around)
    for file in files:
        _write(file, before[file.name], fix=fix, show_diff=show_diff)
    return known_automatic(judge(report), around[1])


def _fixed(files: list[SourceFile], report: Report) -> list[SourceFile]:
    from vcluster_config.lint.fix import apply, safe_edits
    from vcluster_config.source.parse import SourceFile

    edits = safe_edits(report.diagnostics)
    return [
        SourceFile(file.name, apply(file.text, [edit for edit in edits if edit.span.file == file.name]))
        for file in files
    ]


def _write(file: SourceFile, before: str, *, fix: bool, show_diff: bool) -> None:
    if file.text == before:
        return
    from vcluster_config.lint.fix import difference

    if show_diff:
        click.echo(difference(file.name, before, file.text), nl=False)
    elif fix:
        Path(file.name).write_text(file.text, encoding="utf-8")
        click.echo(f"fixed {file.name}", err=True)


def _fails(found: list[Diagnostic], max_warnings: int | None) -> bool:
    from vcluster_config.source.diagnostic import Severity

    warnings = sum(item.severity is Severity.WARNING for item in found)
    too_many = max_warnings is not None and warnings > max_warnings
    return too_many or any(item.severity is Severity.ERROR for item in found)


def _wanted(code: str, select: tuple[str, ...], ignore: tuple[str, ...]) -> bool:
    chosen = not select or code.startswith(select)
    return chosen and not (ignore and code.startswith(ignore))
