"""``compile``: values for the chart, or a self-contained chart, from a checked configuration."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vcluster_config.cli import EXIT_FINDINGS, inputs

if TYPE_CHECKING:
    from vcluster_config.compile import CompiledChart
    from vcluster_config.lint.check import Report


@click.command("compile")
@inputs.file_argument
@click.option("-o", "--output", type=click.Path(file_okay=False), help="Folder to write; without it, print values.")
@click.option("--chart", is_flag=True, help="Write a self-contained chart instead of values.")
@inputs.overlays
@click.option("--previous", type=inputs.INPUT, metavar="FILE", help="What is installed now, for rules on upgrades.")
def command(
    file: str,
    output: str | None,
    chart: bool,
    overlay: tuple[str, ...],
    previous: str | None,
    **values: tuple[str, ...],
) -> None:
    """Compile FILE into DIR/values.yaml, or with --chart into a chart folder DIR.

    Nothing is written when FILE has errors.
    """
    if chart and output is None:
        raise click.UsageError("--chart needs -o DIR")
    from vcluster_config.lint.check import check

    report = check(inputs.read([file, *overlay]), inputs.options(values), inputs.previous(previous))
    compiled = None if report.failed else _compile(report)
    _show(report)
    if compiled is None:
        sys.exit(EXIT_FINDINGS)
    if output is None:
        click.echo(compiled.values_yaml(), nl=False)
    else:
        _write(compiled, Path(output), chart=chart)


def _compile(report: Report) -> CompiledChart | None:
    """Compile; a refusal becomes one more finding of the report."""
    from vcluster_config.compile import CompileError, compile_config
    from vcluster_config.lint.case import Case, keys
    from vcluster_config.source.codes import Code

    assert report.config is not None  # noqa: S101 - a report without errors has a configuration
    try:
        return compile_config(report.config)
    except CompileError as error:
        case = Case(report.config, report.document)
        report.diagnostics.append(case.finding(Code.NOT_COMPILED, keys(error.path), error.message))
        return None


def _show(report: Report) -> None:
    from vcluster_config.lint.render import render
    from vcluster_config.model.secret_paths import masked_sources

    click.echo(render("full", report.diagnostics, masked_sources(report.document)), nl=False, err=True)


def _write(compiled: CompiledChart, folder: Path, *, chart: bool) -> None:
    try:
        written = compiled.write_chart(folder) if chart else compiled.write_values(folder)
    except FileExistsError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"wrote {written}", err=True)
