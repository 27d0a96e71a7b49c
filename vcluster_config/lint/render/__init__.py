"""How findings are shown, to people and to machines; one file for each format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final, Protocol, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vcluster_config.source.diagnostic import Diagnostic

_MODULES: Final = {
    "full": "full",
    "concise": "concise",
    "json": "as_json",
    "jsonl": "as_jsonl",
    "github": "github",
    "gitlab": "gitlab",
    "sarif": "sarif",
    "junit": "junit",
    "rdjson": "rdjson",
    "checkstyle": "checkstyle",
}
FORMATS: Final = tuple(_MODULES)


class _Renderer(Protocol):
    def render(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str: ...


def render(name: str, diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> str:
    """Text in a format; ``sources`` holds the layers by name, secrets already masked."""
    module = import_module(f"{__name__}.{_MODULES[name]}")
    return cast("_Renderer", module).render(diagnostics, sources)
