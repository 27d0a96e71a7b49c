"""Checks and compiles for commands that look at the result; findings go to standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vcluster_config.cli import EXIT_FINDINGS, inputs

if TYPE_CHECKING:
    from vcluster_config.compile import CompiledChart
    from vcluster_config.lint.check import Report
    from vcluster_config.lint.host import Host
    from vcluster_config.model import Config


def checked(
    names: list[str],
    values: dict[str, tuple[str, ...]],
    previous: Config | None = None,
    host: Host | None = None,
) -> Report:
    """Read, validate and judge."""
    from vcluster_config.lint.check import check

    return known_automatic(check(inputs.read(names), inputs.options(values), previous, host), host)


def known_automatic(report: Report, host: Host | None) -> Report:
    """The report with what each ``auto`` becomes, for those who said where the file goes."""
    if host is None or report.config is None:
        return report
    from dataclasses import replace

    from vcluster_config.effects import automatic
    from vcluster_config.source.diagnostic import in_order

    return replace(report, diagnostics=in_order([*report.diagnostics, *automatic.findings(report.document)]))


def compiled(report: Report, *, quiet: bool = False) -> CompiledChart:
    """Compile a report's configuration and show its findings, or only errors; ends the command when there are any."""
    from vcluster_config.judged import compile_report

    chart = None if report.failed else compile_report(report)
    if chart is None or not quiet:
        show(report)
    if chart is None:
        sys.exit(EXIT_FINDINGS)
    return chart


def show(report: Report) -> None:
    """Print findings for people."""
    from vcluster_config.lint.render import render
    from vcluster_config.model.secret_paths import masked_sources

    click.echo(render("full", report.diagnostics, masked_sources(report.document)), nl=False, err=True)
