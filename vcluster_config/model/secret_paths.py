"""Which settings hold secrets, so that no output ever shows them."""

import re
from typing import Final

from vcluster_config.source.document import Document
from vcluster_config.source.lines import lines
from vcluster_config.source.node import Path, Scalar, walk

_NAMES: Final = {"datasource", "kubeconfig", "password", "token"}
_NO_SECRET: Final = ("experimental", "virtualClusterKubeConfig", "kubeConfig")
_KEYS: Final = "|".join(sorted(_NAMES | {"value"}))
_WORD: Final = r"""[^\s:,{}"']"""
_DAMAGED: Final = rf"(?<!{_WORD}){_WORD}*[\ud800-\udfff\ufffd]{_WORD}*"
_KEYED: Final = re.compile(rf"""((?:\b(?:{_KEYS})\b|{_DAMAGED})["']?[ \t]*:?)(.*)""", re.IGNORECASE)
_NEXT: Final = re.compile(r"""[ \t]*(?:#|(?:-[ \t]+)*["']?[\w./-]+["']?[ \t]*:(?:[ \t]|$))""")
_CREDENTIALS: Final = re.compile(r"(?<=://)[^\s/@]+(?=@)")
MASK: Final = "*****"


def is_secret(path: Path) -> bool:
    """Whether the value at a path must not be shown.

    A name that is secret somewhere counts everywhere, because it may stand at a wrong place. Environment variables
    count, unless they are references.
    """
    if any(isinstance(step, str) and step.lower() in _NAMES for step in path):
        return path != _NO_SECRET
    return len(path) > 2 and path[-1] == "value" and "env" in path


def without_credentials(text: str) -> str:
    """A text whose URLs show neither user nor password, wherever it stands."""
    return _CREDENTIALS.sub(_stars, text)


def masked_sources(document: Document) -> dict[str, str]:
    """Texts of all layers with secret values blotted out, columns unchanged.

    In a text that is no YAML nobody knows which value belongs to which key, so everything behind and below a key that
    may hold a secret goes, a word with bytes that are no text among them.
    """
    unread = {found.span.file for found in document.diagnostics if found.code.startswith("VC0")}
    sources = {
        name: without_credentials(_without_values(text) if name in unread else text)
        for name, text in document.sources.items()
    }
    for layer in document.layers:
        for path, node, _ in walk(layer):
            if isinstance(node, Scalar) and node.value is not None and is_secret(path) and node.span.file in sources:
                sources[node.span.file] = _blot(sources[node.span.file], node)
    return sources


def _stars(match: re.Match[str]) -> str:
    return "*" * len(match[0])


def _without_values(text: str) -> str:
    """Blot out behind secret keys, and below until another key or a comment stands no deeper than the secret one."""
    shown: list[str] = []
    column: int | None = None
    for line in lines(text):
        indent = len(line) - len(line.lstrip())
        if column is not None and (indent > column or not _NEXT.match(line)):
            shown.append(line[:indent] + "*" * (len(line) - indent))
            continue
        keyed = _KEYED.search(line)
        column = keyed.start() if keyed else None
        shown.append(_KEYED.sub(_behind_key, line))
    return "\n".join(shown)


def _behind_key(match: re.Match[str]) -> str:
    return match[1] + "*" * len(match[2])


def _blot(text: str, node: Scalar) -> str:
    found, span = lines(text), node.span
    for number in range(span.line, min(span.end_line, len(found)) + 1):
        line = found[number - 1]
        start = span.column - 1 if number == span.line else 0
        end = min(span.end_column - 1, len(line)) if number == span.end_line else len(line)
        found[number - 1] = line[:start] + "*" * (end - start) + line[end:]
    return "\n".join(found)
