"""The pages that people read, and the blocks in them."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
PAGES = [
    str(path.relative_to(ROOT))
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "examples/README.md", *ROOT.glob("docs/*.md"))
]
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(r"# ([\w.-]+\.ya?ml)\n")


class Block(NamedTuple):
    """A fenced block without its indentation; ``file`` is the name in its first line, if it has one."""

    indent: str
    language: str
    text: str

    @property
    def file(self) -> str:
        """Name of the file that the block shows."""
        named = _NAMED.match(self.text) if self.language == "yaml" else None
        return named[1] if named else ""


def read(page: str) -> str:
    """Text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def block(match: re.Match[str]) -> Block:
    """One match of BLOCK."""
    return Block(match[1], match[2], dedent(match[3]))


def blocks(page: str) -> Iterator[Block]:
    """Every block of a page in order."""
    return (block(match) for match in BLOCK.finditer(read(page)))
