"""One JSON object a line, for streams."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from vcluster_config.lint.render.as_json import as_dict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic


def render(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:  # noqa: ARG001 - one signature
    """The objects of the JSON format, each on a line of its own."""
    return "".join(json.dumps(as_dict(diagnostic), ensure_ascii=False) + "\n" for diagnostic in diagnostics)
