"""Where something comes from: the anchor of an alias, or the layer below that sets the same key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from vcluster_config.source.diagnostic import Span
from vcluster_config.source.node import walk

if TYPE_CHECKING:
    from vcluster_config.lint.check import Report

_TOKEN: Final = re.compile(r"[*&]([^\s,\[\]{}]+)")
_COMMENT: Final = re.compile(r"(?:^|\s)#.*$")


def anchor(uri: str, lines: list[str], line: int, index: int) -> Span | None:
    """The last anchor before an alias under the cursor; line and index count from 0."""
    under = next((item for item in _TOKEN.finditer(lines[line]) if item.start() <= index <= item.end()), None)
    if under is None or not under[0].startswith("*"):
        return None
    for number in range(line, -1, -1):
        text = _COMMENT.sub("", lines[number])[: under.start() if number == line else None]
        found = [item for item in _TOKEN.finditer(text) if item[0] == f"&{under[1]}"]
        if found:
            return Span(uri, number + 1, found[-1].start() + 1, number + 1, found[-1].end() + 1)
    return None


def origins(report: Report, uri: str, line: int) -> list[Span]:
    """Places in the layers below of the settings whose keys are on a line, which counts from 0."""
    document = report.document
    paths = [
        path
        for path, _, entry in walk(document.root)
        if entry is not None and entry.key_span.file == uri and entry.key_span.line == line + 1
    ]
    spans = dict.fromkeys(span for path in paths for span in document.origins(path))
    return [span for span in spans if span.file not in {"", uri}]
