"""Writes what is generated and checked in: ``python -m vcluster_config.schema``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from vcluster_config.schema.editor import editor_schema


def generated() -> dict[str, str]:
    """Every generated file by its path in the repository."""
    return {"schemas/vcluster.schema.json": json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n"}


def main(root: Path) -> None:
    """Write all files below the root of the repository."""
    for name, text in generated().items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[2])
