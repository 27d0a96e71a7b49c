"""``lsp``: the language server on standard input and output."""

from __future__ import annotations

import gc
import sys

import click


@click.command("lsp")
def command() -> None:
    """Serve an editor: findings, hover, completion and quick fixes (Language Server Protocol 3.17 over stdio)."""
    from vcluster_config.lsp.server import Server

    gc.enable()
    sys.exit(Server(sys.stdin.buffer, sys.stdout.buffer).run())
