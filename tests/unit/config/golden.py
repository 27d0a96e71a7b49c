"""Rewrites the expected output of every format: ``python -m tests.unit.config.golden``; review the difference."""

from __future__ import annotations

from pathlib import Path

from vcluster_config.lint import check
from vcluster_config.lint.render import FORMATS, render
from vcluster_config.model.secret_paths import masked_sources
from vcluster_config.source import SourceFile

FOLDER = Path(__file__).parent / "data" / "golden"


def rendered() -> dict[str, str]:
    """Output of each format for the file full of mistakes."""
    report = check([SourceFile("vcluster.yaml", (FOLDER / "vcluster.yaml").read_text())])
    sources = masked_sources(report.document)
    return {form: render(form, report.diagnostics, sources) for form in FORMATS}


def main() -> None:
    """Write all files."""
    for form, text in rendered().items():
        (FOLDER / f"{form}.txt").write_text(text)


if __name__ == "__main__":
    main()
