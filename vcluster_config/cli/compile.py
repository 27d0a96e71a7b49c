"""``compile``: values for the chart, or a self-contained chart, from a checked configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from vcluster_config.cli import inputs, releases
from vcluster_config.cli.compiling import checked, compiled

if TYPE_CHECKING:
    from vcluster_config.compile import CompiledChart


@click.command("compile")
@inputs.file_argument
@click.option("-o", "--output", type=click.Path(file_okay=False), help="Folder to write; without it, print values.")
@click.option("--chart", is_flag=True, help="Write a self-contained chart instead of values.")
@inputs.overlays
@click.option(
    "--previous",
    type=releases.PREVIOUS,
    metavar="FILE|release:NAMESPACE/NAME",
    help="What is installed, for upgrade rules.",
)
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
    result = compiled(checked([file, *overlay], values, inputs.previous(previous)))
    if output is None:
        click.echo(result.values_yaml(), nl=False)
    else:
        _write(result, Path(output), chart=chart)


def _write(compiled: CompiledChart, folder: Path, *, chart: bool) -> None:
    try:
        written = compiled.write_chart(folder) if chart else compiled.write_values(folder)
    except FileExistsError as error:
        raise click.UsageError(str(error)) from error
    click.echo(f"wrote {written}", err=True)
