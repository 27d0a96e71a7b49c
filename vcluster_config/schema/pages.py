"""The pages about diagnostic codes: what ``explain`` prints and what the reference shows is one text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final

from vcluster_config.source.codes import Code

_BLOCK: Final = re.compile(r"## (\w+)\n\n```\w+\n(.*?)```", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """A page; ``examples`` holds the YAML, commands and hosts that it shows, by their headings."""

    code: Code
    title: str
    text: str
    examples: dict[str, str]


def page(code: Code) -> Page:
    """Page of a code."""
    text = files("vcluster_config.lint").joinpath("pages", f"{code}.md").read_text(encoding="utf-8")
    title = text.splitlines()[0].partition(": ")[2]
    return Page(code, title, text, dict(_BLOCK.findall(text)))


def index() -> str:
    """The list of all codes."""
    lines = ["# Diagnostic codes", "", "| code | about |", "| --- | --- |"]
    lines += [f"| [{code}](codes/{code}.md) | {page(code).title} |" for code in Code]
    return "\n".join(lines) + "\n"
