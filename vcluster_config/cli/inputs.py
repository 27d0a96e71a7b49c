"""Options that several commands share: the files to read, overlays and ``--set``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from vcluster_config.source.parse import SourceFile
from vcluster_config.source.sets import SetKind, SetOption

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcluster_config.model import Config

SET_NAMES: Final = ("set_values", "set_string_values", "set_json_values", "set_literal_values")
INPUT: Final = click.Path(exists=True, dir_okay=False, allow_dash=True)


def overlays(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``-f`` and the ``--set`` family."""
    for kind, metavar, text in reversed(
        (
            (SetKind.TYPED, "PATH=VALUE", "Override a value as helm does; may be repeated."),
            (SetKind.STRING, "PATH=VALUE", "Override a value with text."),
            (SetKind.JSON, "PATH=JSON", "Override a value with JSON."),
            (SetKind.LITERAL, "PATH=TEXT", "Override a value with text, commas included."),
        )
    ):
        name = kind.lstrip("-").replace("-", "_") + "_values"
        command = click.option(kind.value, name, multiple=True, metavar=metavar, help=text)(command)
    overlay = click.option(
        "-f",
        "--values",
        "overlay",
        multiple=True,
        type=INPUT,
        help="Another layer that wins over FILE; may be repeated.",
    )
    return overlay(command)


def file_argument(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the FILE argument; ``-`` is standard input."""
    return click.argument("file", type=INPUT)(command)


def read(names: list[str]) -> list[SourceFile]:
    """Read layers; ``-`` is standard input."""
    return [_read(name) for name in names]


def _read(name: str) -> SourceFile:
    if name == "-":
        return SourceFile.decode("<stdin>", sys.stdin.buffer.read())
    return SourceFile.decode(name, Path(name).read_bytes())


def options(values: dict[str, tuple[str, ...]]) -> list[SetOption]:
    """Collect the ``--set`` family in helm's order of precedence: JSON, then typed, text and literal."""
    order = (
        (SetKind.JSON, "set_json_values"),
        (SetKind.TYPED, "set_values"),
        (SetKind.STRING, "set_string_values"),
        (SetKind.LITERAL, "set_literal_values"),
    )
    return [SetOption(kind, text.encode("utf-8", "replace").decode()) for kind, name in order for text in values[name]]


def previous(name: str | None) -> Config | None:
    """Configuration of what is installed now.

    Raises:
        click.UsageError: the file holds unusable values, so it cannot be what is installed.
    """
    if name is None:
        return None
    from vcluster_config.model import validate
    from vcluster_config.source.document import load

    config, found = validate(load([_installed(name)]))
    if config is None:
        raise click.UsageError(f"--previous {name}: {found[0].message}; give the file that was installed")
    return config


def _installed(name: str) -> SourceFile:
    from vcluster_config.cli import releases

    return releases.source(name) if releases.is_release(name) else _read(name)
