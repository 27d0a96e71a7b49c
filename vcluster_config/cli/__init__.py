"""The command line: one file for each command, imported only when that command runs."""

from __future__ import annotations

import atexit
import gc
from importlib import import_module
from typing import Final

import click

_COMMANDS: Final = {
    "lint": "Find every mistake in a vcluster.yaml.",
    "compile": "Compile a vcluster.yaml into values for the chart, or into a chart.",
    "explain": "Explain a diagnostic code or a setting.",
    "convert": "Convert a file of an older dialect.",
    "schema": "Print the JSON schema for editors.",
    "lsp": "Serve an editor with findings, hover, completion and fixes.",
    "name": "Translate names between the virtual cluster and its host.",
    "rbac": "Show what the control plane will be allowed to do, and why.",
    "why": "Find the lines that made an object what it is.",
    "diff": "Show what a changed configuration would change.",
}
EXIT_FINDINGS: Final = 1
EXIT_INTERNAL: Final = 3


class _Lazy(click.Group):
    """A group that knows its commands' names without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"{__name__}.{cmd_name}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a command module defines one
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vcluster-config", message="%(version)s")
def cli() -> None:
    """Compile a typed vcluster.yaml into a validated Helm chart.

    Exit codes: 0 clean, 1 findings, 2 wrong usage, 3 internal error.
    """


def main() -> None:
    """Entry point; an unexpected error says so and ends with exit code 3."""
    gc.disable()  # a command ends before collecting could pay off
    atexit.register(gc.freeze)  # and what it leaves behind ends with the process
    try:
        cli()
    except Exception as error:
        import traceback

        traceback.print_exc()
        click.echo(f"internal error: {type(error).__name__}: {error}; please report it with the trace above", err=True)
        raise SystemExit(EXIT_INTERNAL) from error
