"""From an example to a chart folder, the way the command does it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.e2e.harness.host import ROOT
from vcluster_config.compile import compile_config
from vcluster_config.model import validate
from vcluster_config.source import Severity, SourceFile, load


def compile_chart(example: str, settings: dict[str, Any], directory: Path) -> Path:
    """The chart of ``examples/EXAMPLE`` with ``settings`` (nested as in vcluster.yaml) laid over it."""
    files = [
        SourceFile.decode(example, (ROOT / "examples" / example).read_bytes()),
        SourceFile("settings", json.dumps(settings)),
    ]
    config, found = validate(load(files))
    errors = [diagnostic for diagnostic in found if diagnostic.severity is Severity.ERROR]
    assert config is not None, errors
    assert not errors, errors
    return compile_config(config).write_chart(directory)
