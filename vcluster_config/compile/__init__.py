"""From a checked configuration to what Helm installs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vcluster_config.compile.output import CompiledChart, chart_folder
from vcluster_config.errors import CompileError

if TYPE_CHECKING:
    from vcluster_config.model import Config

__all__ = ["CompileError", "CompiledChart", "chart_folder", "compile_config"]


def compile_config(config: Config) -> CompiledChart:
    """Compile; equal configurations give equal bytes.

    Raises:
        CompileError: settings that are each valid exclude each other; the message names the path and the way out.
    """
    from vcluster_config.compile.build import build

    return CompiledChart(build(config))
