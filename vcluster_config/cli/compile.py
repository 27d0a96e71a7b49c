"""``compile``: values for the chart, or a self-contained chart, from a checked configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vcluster_config.cli import EXIT_FINDINGS, hosts, inputs, releases
from vcluster_config.cli.compiling import checked, compiled, show
from vcluster_config.cli.outputs import writing

if TYPE_CHECKING:
    from vcluster_config.compile import CompiledChart
    from vcluster_config.lint.check import Report
    from vcluster_config.lint.host import Host


@click.command("compile")
@inputs.file_argument
@click.option("-o", "--output", type=click.Path(file_okay=False), help="Folder to write; without it, print values.")
@click.option("--chart", is_flag=True, help="Write a self-contained chart instead of values.")
@click.option("--check", is_flag=True, help="Ask Helm and the schema of Kubernetes before anything is written.")
@click.option("--cost", is_flag=True, help="Add up what it sets aside on the host; without -o, print nothing else.")
@click.option("--helm", "helms", multiple=True, metavar="PROGRAM", help="Helm to ask; may be repeated. Default: helm.")
@inputs.overlays
@click.option(
    "--previous",
    type=releases.PREVIOUS,
    metavar="FILE|release:NAMESPACE/NAME",
    help="What is installed, for upgrade rules.",
)
@hosts.options
def command(
    file: str,
    output: str | None,
    chart: bool,
    check: bool,
    cost: bool,
    helms: tuple[str, ...],
    overlay: tuple[str, ...],
    previous: str | None,
    host: Host | None,
    **values: tuple[str, ...],
) -> None:
    """Compile FILE into DIR/values.yaml, or with --chart into a chart folder DIR.

    Nothing is written when FILE has errors. With --check nothing is written either when the output would be refused.
    Without -o, the answers to --check and --cost are all that is printed.
    """
    if chart and output is None:
        raise click.UsageError("--chart needs -o DIR")
    report = checked([file, *overlay], values, inputs.previous(previous), host)
    result = compiled(report)
    if check:
        _check(report, result, helms)
    if cost:
        _show_cost(result, to_stderr=output is not None)
    if output is None and not (check or cost):
        click.echo(result.values_yaml(), nl=False)
    elif output is not None:
        _write(result, Path(output), chart=chart)


def _check(report: Report, chart: CompiledChart, programs: tuple[str, ...]) -> None:
    from dataclasses import replace

    from vcluster_config.cli import checking

    asked = checking.helms(programs)
    found = list(checking.Check(report, chart).findings(asked))
    if found:
        show(replace(report, diagnostics=found))
        raise SystemExit(EXIT_FINDINGS)
    click.echo(f"checked: {checking.summary(asked)}", err=True)


def _show_cost(chart: CompiledChart, *, to_stderr: bool) -> None:
    from vcluster_config.effects.cost import as_text, costs
    from vcluster_config.effects.rendered import Release

    click.echo(as_text(costs(chart.values(), Release("NAME", "NAMESPACE"))), nl=False, err=to_stderr)


def _write(compiled: CompiledChart, folder: Path, *, chart: bool) -> None:
    with writing(str(folder)):
        written = compiled.write_chart(folder) if chart else compiled.write_values(folder)
    click.echo(f"wrote {written}", err=True)
