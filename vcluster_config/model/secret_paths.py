"""Which settings hold secrets, so that no output ever shows them."""

from typing import Final

from vcluster_config.source.document import Document
from vcluster_config.source.node import Path, Scalar, walk

_SECRET: Final = {
    ("controlPlane", "backingStore", "database", "embedded", "dataSource"),
    ("controlPlane", "backingStore", "database", "external", "dataSource"),
    ("controlPlane", "distro", "k3s", "token"),
    ("experimental", "deploy", "vcluster", "helm", "[]", "chart", "password"),
    ("experimental", "isolatedControlPlane", "kubeConfig"),
}
MASK: Final = "*****"


def is_secret(path: Path) -> bool:
    """Whether the value at a path must not be shown; environment variables count, unless they are references."""
    shape = tuple("[]" if isinstance(step, int) else step for step in path)
    return shape in _SECRET or (len(path) > 2 and path[-1] == "value" and "env" in path)


def masked_sources(document: Document) -> dict[str, str]:
    """Texts of all layers with secret values blotted out, columns unchanged."""
    sources = dict(document.sources)
    for layer in document.layers:
        for path, node, _ in walk(layer):
            if isinstance(node, Scalar) and node.value is not None and is_secret(path) and node.span.file in sources:
                sources[node.span.file] = _blot(sources[node.span.file], node)
    return sources


def _blot(text: str, node: Scalar) -> str:
    lines = text.split("\n")
    span = node.span
    for number in range(span.line, min(span.end_line, len(lines)) + 1):
        line = lines[number - 1]
        start = span.column - 1 if number == span.line else 0
        end = span.end_column - 1 if number == span.end_line else len(line)
        lines[number - 1] = line[:start] + "*" * (end - start) + line[end:]
    return "\n".join(lines)
