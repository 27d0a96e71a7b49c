"""Checks and compiles for commands that look at the result; findings go to standard error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from vcluster_config.cli import EXIT_FINDINGS, inputs

if TYPE_CHECKING:
    from vcluster_config.compile import CompiledChart
    from vcluster_config.lint.check import Report
    from vcluster_config.model import Config


def checked(names: list[str], values: dict[str, tuple[str, ...]], previous: Config | None = None) -> Report:
    """Read, validate and judge."""
    from vcluster_config.lint.check import check

    return check(inputs.read(names), inputs.options(values), previous)


def compiled(report: Report, *, quiet: bool = False) -> CompiledChart:
    """Compile a report's configuration and show its findings, or only errors; ends the command when there are any."""
    chart = None if report.failed else _compile(report)
    if chart is None or not quiet:
        show(report)
    if chart is None:
        sys.exit(EXIT_FINDINGS)
    return chart


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


def show(report: Report) -> None:
    """Print findings for people."""
    from vcluster_config.lint.render import render
    from vcluster_config.model.secret_paths import masked_sources

    click.echo(render("full", report.diagnostics, masked_sources(report.document)), nl=False, err=True)
