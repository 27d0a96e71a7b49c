"""Which files lie below the open one, so that rules across files hold in an editor as they do on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Severity, Span
from vcluster_config.source.parse import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_MODELINE: Final = re.compile(r"^#\s*vcluster-config:\s*layers=(\S+)\s*$")
_SCHEME: Final = "file"


@dataclass(frozen=True, slots=True)
class Layers:
    """Files below a text, lowest first, and those that were named and cannot be read."""

    files: tuple[SourceFile, ...] = ()
    missing: tuple[Diagnostic, ...] = ()

    def names(self) -> set[str]:
        """Their addresses."""
        return {file.name for file in self.files}


@dataclass(slots=True)
class Shelf:
    """Where layers come from: comments in texts, the editor's settings, open texts and files."""

    folder: Path | None = None
    """The workspace, which paths in the settings are relative to."""

    def below(self, uri: str, text: str, opened: Mapping[str, str], configured: Sequence[str]) -> Layers:
        """Layers of an open text: those its comment names, otherwise those of the settings unless it is one of them."""
        own = path_of(uri)
        if own is None:
            return Layers()
        named = list(_named(uri, text))
        places = [(own.parent / name, span) for name, span in named]
        if not named:
            settings = [_resolved((self.folder or own.parent) / name) for name in configured]
            places = [] if own in settings else [(path, _first_line(uri)) for path in settings]
        return _read(places, opened)


def path_of(uri: str) -> Path | None:
    """File of an address; None when it is none."""
    parts = urlsplit(uri)
    return Path(unquote(parts.path)) if parts.scheme == _SCHEME and parts.path else None


def _named(uri: str, text: str) -> Iterator[tuple[str, Span]]:
    """Names in ``# vcluster-config: layers=base.yaml,team.yaml``."""
    for number, line in enumerate(text.split("\n"), 1):
        match = _MODELINE.match(line.rstrip())
        if match:
            span = Span(uri, number, match.start(1) + 1, number, match.end(1) + 1)
            yield from ((name, span) for name in match[1].split(",") if name)


def _first_line(uri: str) -> Span:
    return Span(uri, 1, 1, 1, 2)


def _resolved(path: Path) -> Path:
    """Without links and dots; a path that no file can have, as with a null character in it, is only made absolute."""
    try:
        return path.resolve()
    except ValueError:
        return path.absolute()


def _read(places: list[tuple[Path, Span]], opened: Mapping[str, str]) -> Layers:
    files: list[SourceFile] = []
    missing: list[Diagnostic] = []
    for path, span in places:
        uri = _resolved(path).as_uri()
        try:
            data = opened[uri].encode("utf-8", "surrogatepass") if uri in opened else path.read_bytes()
        except (OSError, ValueError) as error:
            message = f"the layer {path} cannot be read: {getattr(error, 'strerror', None) or error}"
            missing.append(Diagnostic(Code.LAYER_UNREADABLE, Severity.WARNING, message, span))
        else:
            files.append(SourceFile.decode(uri, data))
    return Layers(tuple(files), tuple(missing))
