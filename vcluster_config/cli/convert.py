"""``convert``: older files in the present dialect."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from vcluster_config.cli import EXIT_FINDINGS, inputs
from vcluster_config.cli.outputs import writing


@click.command("convert")
@inputs.file_argument
@click.option("--distro", type=click.Choice(["k8s", "k3s", "k0s"]), help="Distro of v0.19 values; guessed otherwise.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), help="File to write; without it, print.")
def command(file: str, distro: str | None, output: str | None) -> None:
    """Convert FILE from any dialect since v0.19 into the present one.

    Every setting that has no counterpart is named on standard error; exit code 1 says that there were some.
    """
    from vcluster_config.compile.yaml_out import dump
    from vcluster_config.convert import legacy, modern
    from vcluster_config.lint.render import render
    from vcluster_config.model.secret_paths import masked_sources
    from vcluster_config.source.document import load

    document = load(inputs.read([file]))
    found = list(document.diagnostics)
    converted: dict[str, Any] = {}
    if not found and legacy.is_legacy(document):
        chosen = next((name for name in ("k8s", "k3s", "k0s") if name == distro), None)
        converted, found = legacy.convert(document, chosen or legacy.distro_of(document))
    elif not found:
        converted = modern.modernise(document)
    click.echo(render("full", found, masked_sources(document)), nl=False, err=True)
    if not document.diagnostics:
        _write(dump(converted), output)
    if found:
        sys.exit(EXIT_FINDINGS)


def _write(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        with writing(output):
            Path(output).write_text(text, encoding="utf-8")
