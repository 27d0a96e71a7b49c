"""Which settings hold secrets, so that no output ever shows them."""

import re
from typing import Final

from vcluster_config.source.document import Document
from vcluster_config.source.lines import lines
from vcluster_config.source.node import Path, Scalar, walk

_SECRET: Final = {
    ("controlPlane", "backingStore", "database", "embedded", "dataSource"),
    ("controlPlane", "backingStore", "database", "external", "dataSource"),
    ("controlPlane", "distro", "k3s", "token"),
    ("experimental", "deploy", "vcluster", "helm", "[]", "chart", "password"),
    ("experimental", "isolatedControlPlane", "kubeConfig"),
}
_KEYS: Final = "|".join({name: None for *_, name in _SECRET} | {"value": None})
_KEYED: Final = re.compile(rf"""(\b(?:{_KEYS})\b["']?[ \t]*:?)([^\r\n]*)""")
_CREDENTIALS: Final = re.compile(r"(?<=://)[^\s/@]+(?=@)")
MASK: Final = "*****"


def is_secret(path: Path) -> bool:
    """Whether the value at a path must not be shown; environment variables count, unless they are references."""
    shape = tuple("[]" if isinstance(step, int) else step for step in path)
    return shape in _SECRET or (len(path) > 2 and path[-1] == "value" and "env" in path)


def without_credentials(text: str) -> str:
    """A text whose URLs show neither user nor password, wherever it stands."""
    return _CREDENTIALS.sub(_stars, text)


def masked_sources(document: Document) -> dict[str, str]:
    """Texts of all layers with secret values blotted out, columns unchanged.

    In a text that is no YAML nobody knows which value belongs to which key, so everything behind a key that may hold
    a secret goes.
    """
    unread = {found.span.file for found in document.diagnostics if found.code.startswith("VC0")}
    sources = {
        name: without_credentials(_KEYED.sub(_behind_key, text) if name in unread else text)
        for name, text in document.sources.items()
    }
    for layer in document.layers:
        for path, node, _ in walk(layer):
            if isinstance(node, Scalar) and node.value is not None and is_secret(path) and node.span.file in sources:
                sources[node.span.file] = _blot(sources[node.span.file], node)
    return sources


def _stars(match: re.Match[str]) -> str:
    return "*" * len(match[0])


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
