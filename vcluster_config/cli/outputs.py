"""Files that a command writes: a place that cannot be written is the user's to mend, not an error of ours."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def writing(name: str) -> Iterator[None]:
    """Writing below ``name``.

    Raises:
        click.UsageError: in place of what the operating system, or a folder that is not ours, refuses.
    """
    try:
        yield
    except OSError as error:
        raise click.UsageError(f"cannot write {name}: {error.strerror or error}") from error
