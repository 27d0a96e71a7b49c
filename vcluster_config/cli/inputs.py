"""Options that several commands share: the files to read, overlays and ``--set``."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from vcluster_config.source.parse import SourceFile
from vcluster_config.source.sets import SetKind, SetOption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vcluster_config.model import Config

_SETS: Final = {
    "set_json_values": (SetKind.JSON, "PATH=JSON", "Override a value with JSON."),
    "set_values": (SetKind.TYPED, "PATH=VALUE", "Override a value as helm does; may be repeated."),
    "set_string_values": (SetKind.STRING, "PATH=VALUE", "Override a value with text."),
    "set_file_values": (SetKind.FILE, "PATH=FILE", "Override a value with what a file holds."),
    "set_literal_values": (SetKind.LITERAL, "PATH=TEXT", "Override a value with text, commas included."),
}
SET_NAMES: Final = tuple(_SETS)
_COMMA: Final = re.compile(r"(?<!\\),")
INPUT: Final = click.Path(exists=True, dir_okay=False, allow_dash=True)


def overlays(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``-f`` and the ``--set`` family."""
    for name, (kind, metavar, text) in reversed(_SETS.items()):
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
    """Collect the ``--set`` family in helm's order of precedence: JSON, typed, text, files, then literal."""
    return [
        SetOption(kind, option.encode("utf-8", "replace").decode())
        for name, (kind, _, _) in _SETS.items()
        for text in values[name]
        for option in (_of_files(text) if kind is SetKind.FILE else (text,))
    ]


def _of_files(text: str) -> Iterator[str]:
    """``path=content`` for each ``path=file``."""
    for option in _COMMA.split(text):
        path, equals, name = option.partition("=")
        yield path + equals + (_content(path, name.replace("\\,", ",")) if equals else "")


def _content(path: str, name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8", errors="replace")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise click.UsageError(f"--set-file {path}: cannot read {name}: {reason}") from error


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
