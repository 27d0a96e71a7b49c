"""``lint``: every finding at once, in the format asked for."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from vcluster_config.cli import EXIT_FINDINGS, hosts, inputs, releases
from vcluster_config.cli.outputs import writing
from vcluster_config.lint.render import FORMATS, render
from vcluster_config.lint.selection import LEVELS, Selection

if TYPE_CHECKING:
    from vcluster_config.lint.check import Report
    from vcluster_config.lint.host import Host
    from vcluster_config.model import Config
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.parse import SourceFile

_ROUNDS: Final = 10


class _Fixing(NamedTuple):
    """What becomes of fixes: written, shown, and whether guesses are among them."""

    write: bool
    show: bool
    unsafe: bool


class _Judging(NamedTuple):
    """What a file is judged by besides itself."""

    previous: Config | None
    host: Host | None
    security: bool


class _Severity(click.ParamType[tuple[str, str]]):
    """``CODE=LEVEL``."""

    name = "severity"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split and check."""
        code, _, level = str(value).partition("=")
        if not code.startswith("VC") or level not in LEVELS:
            self.fail(f"{value}: expected a code and one of {', '.join(LEVELS)}, such as VC901=error", param, ctx)
        return code, level


@click.command("lint")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@inputs.overlays
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: full; github inside GitHub Actions.")
@click.option("--select", multiple=True, metavar="CODE", help="Show only these codes; VC2 means all that start so.")
@click.option("--ignore", multiple=True, metavar="CODE", help="Hide these codes.")
@click.option(
    "--severity",
    "severities",
    multiple=True,
    type=_Severity(),
    metavar="CODE=LEVEL",
    help="Make these codes weigh error, warning, info or hint, or turn them off.",
)
@click.option("--max-warnings", type=click.IntRange(min=0), help="Fail when there are more warnings.")
@click.option("--fix", is_flag=True, help="Apply safe fixes to the files.")
@click.option("--unsafe-fixes", "unsafe", is_flag=True, help="With --fix or --diff: guesses too, such as did-you-mean.")
@click.option("--diff", "show_diff", is_flag=True, help="Show what --fix would change, without changing it.")
@click.option(
    "--previous",
    type=releases.PREVIOUS,
    metavar="FILE|release:NAMESPACE/NAME",
    help="What is installed, for upgrade rules.",
)
@click.option("--security", is_flag=True, help="Look at what keeps it apart from neighbours too, and give a score.")
@hosts.options
def command(
    files: tuple[str, ...],
    overlay: tuple[str, ...],
    form: str | None,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    severities: tuple[tuple[str, str], ...],
    max_warnings: int | None,
    fix: bool,
    unsafe: bool,
    show_diff: bool,
    previous: str | None,
    security: bool,
    host: Host | None,
    **values: tuple[str, ...],
) -> None:
    """Find every mistake in each FILE.

    Each FILE is a configuration of its own; layers given with -f win over it.
    """
    from vcluster_config.model.secret_paths import masked_sources

    if (fix or show_diff) and "-" in (*files, *overlay):
        raise click.UsageError("--fix and --diff need files, not standard input")
    selection = Selection(select, ignore, dict(severities))
    judging = _Judging(inputs.previous(previous), host, security)
    fixing = _Fixing(write=fix, show=show_diff, unsafe=unsafe)
    found: list[Diagnostic] = []
    sources: dict[str, str] = {}
    for name in files:
        report = _check([name, *overlay], values, judging, fixing)
        if security:
            _show_score(name, report)
        found += selection.of(report.diagnostics)
        sources |= masked_sources(report.document)
    form = form or ("github" if os.environ.get("GITHUB_ACTIONS") == "true" else "full")
    click.echo(render(form, found, sources), nl=False, err=show_diff)
    if _fails(found, max_warnings):
        sys.exit(EXIT_FINDINGS)


def _check(
    names: list[str],
    values: dict[str, tuple[str, ...]],
    judging: _Judging,
    fixing: _Fixing,
) -> Report:
    """Check, and fix until nothing changes: one fix may uncover another."""
    from vcluster_config.cli.compiling import known_automatic
    from vcluster_config.judged import judge
    from vcluster_config.lint.check import check

    files, sets = inputs.read(names), inputs.options(values)
    report = check(files, sets, judging.previous, judging.host, security=judging.security)
    before = report
    tabs = sum(file.text.count("\t") for file in files)  # the reader stops at each of them
    for _ in range(_ROUNDS + tabs if fixing.write or fixing.show else 0):
        fixed = _fixed(files, report, unsafe=fixing.unsafe)
        if fixed == files:
            break
        files, report = fixed, check(fixed, sets, judging.previous, judging.host, security=judging.security)
    for file in files:
        _write(file, before, report, fixing)
    return known_automatic(judge(report), judging.host)


def _show_score(name: str, report: Report) -> None:
    from vcluster_config.lint.hardening import score

    if report.config is not None:
        click.echo(f"{name}: security score {score(report.config)} of 100", err=True)


def _fixed(files: list[SourceFile], report: Report, *, unsafe: bool) -> list[SourceFile]:
    from vcluster_config.lint.fix import apply, edits_of
    from vcluster_config.source.parse import SourceFile

    edits = edits_of(report.diagnostics, unsafe=unsafe)
    return [
        SourceFile(file.name, apply(file.text, [edit for edit in edits if edit.span.file == file.name]))
        for file in files
    ]


def _write(file: SourceFile, before: Report, after: Report, fixing: _Fixing) -> None:
    if file.text == before.document.sources[file.name]:
        return
    from vcluster_config.lint.fix import difference, encoded
    from vcluster_config.model.secret_paths import masked_sources

    if fixing.show:
        old, new = (masked_sources(report.document)[file.name] for report in (before, after))
        click.echo(difference(file.name, old, new), nl=False)
    elif fixing.write:
        target = Path(file.name)
        with writing(file.name):
            target.write_bytes(encoded(file.text, like=target.read_bytes()))
        click.echo(f"fixed {file.name}", err=True)


def _fails(found: list[Diagnostic], max_warnings: int | None) -> bool:
    from vcluster_config.source.diagnostic import Severity

    warnings = sum(item.severity is Severity.WARNING for item in found)
    too_many = max_warnings is not None and warnings > max_warnings
    return too_many or any(item.severity is Severity.ERROR for item in found)
