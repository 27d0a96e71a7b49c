"""Writes what is generated and checked in: ``python -m vcluster_config.schema``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec

from vcluster_config.schema import kubernetes, pages, settings
from vcluster_config.schema.editor import editor_schema
from vcluster_config.source.codes import Code
from vcluster_contract.config import SyncerConfig


def generated() -> dict[str, str]:
    """Every generated file by its path in the repository."""
    return {
        "schemas/vcluster.schema.json": _dump(editor_schema()),
        "schemas/syncer-config.schema.json": _dump(msgspec.json.schema(SyncerConfig)),
        "vcluster_config/model/kubernetes.json": kubernetes.generated(),
        "docs/reference/settings.md": settings.reference_index(),
        **{f"docs/reference/settings/{key}.md": settings.reference_page(key) for key in settings.top_level()},
        "docs/reference/codes.md": pages.index(),
        **{f"docs/reference/codes/{code}.md": pages.page(code).text for code in Code},
    }


def _dump(schema: object) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main(root: Path) -> None:
    """Write all files below the root of the repository."""
    for name, text in generated().items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main(Path(__file__).resolve().parents[2])
