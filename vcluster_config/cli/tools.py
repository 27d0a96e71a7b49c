"""Programs beside us: kubectl, for the commands that look at a cluster."""

from __future__ import annotations

from typing import Final

import click

_TIMEOUT: Final = 60


def kubectl(*arguments: str, stdin: str = "") -> str:
    """Standard output of kubectl, which knows the cluster and who asks.

    Raises:
        click.UsageError: there is no kubectl, or it failed; the message holds what it said.
    """
    import subprocess

    try:
        done = subprocess.run(
            ["kubectl", *arguments], input=stdin, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise click.UsageError(f"kubectl: {error}; this needs kubectl and access to the cluster") from error
    if done.returncode != 0:
        raise click.UsageError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
    return done.stdout
