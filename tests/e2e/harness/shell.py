"""Running the tools a user would run, with their output in the failure."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path


class CommandFailed(Exception):
    """A command ended with another status than 0; the message holds all it printed."""

    def __init__(self, arguments: Sequence[str], done: subprocess.CompletedProcess[bytes]) -> None:
        output = (done.stdout + done.stderr).decode(errors="replace").strip()
        super().__init__(f"{Path(arguments[0]).name} {' '.join(arguments[1:])}: status {done.returncode}\n{output}")
        self.status = done.returncode
        self.output = output


def run(arguments: Sequence[str], *, stdin: bytes = b"", timeout: float = 120) -> bytes:
    """Standard output of a command.

    Raises:
        CommandFailed: it failed.
    """
    done = subprocess.run(arguments, input=stdin, capture_output=True, timeout=timeout, check=False)
    if done.returncode:
        raise CommandFailed(arguments, done)
    return done.stdout
