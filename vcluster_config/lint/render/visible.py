"""Makes a file's own words harmless where they are shown: a key may hold line breaks or commands for the terminal."""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with one printable character for each that moves a cursor, breaks a line or reorders its neighbours."""
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(char: str) -> str:
    return char if char.isprintable() else "\N{REPLACEMENT CHARACTER}"
