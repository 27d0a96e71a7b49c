"""Which findings somebody wants to see, and how much each weighs for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vcluster_config.source.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from vcluster_config.source.diagnostic import Diagnostic

LEVELS: Final = (*Severity, "off")


@dataclass(frozen=True, slots=True)
class Selection:
    """Codes, or starts of codes such as ``VC9``: those to keep, those to hide, and severities; ``off`` hides too."""

    select: tuple[str, ...]
    ignore: tuple[str, ...]
    severities: Mapping[str, str]

    def of(self, diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
        """The wanted ones, each with the severity that the longest matching start of its code gives."""
        return [found for item in diagnostics if self._wanted(item.code) and (found := self._weighed(item)) is not None]

    def _wanted(self, code: str) -> bool:
        chosen = not self.select or code.startswith(self.select)
        return chosen and not (self.ignore and code.startswith(self.ignore))

    def _weighed(self, item: Diagnostic) -> Diagnostic | None:
        starts = sorted((start for start in self.severities if item.code.startswith(start)), key=len)
        if not starts:
            return item
        level = self.severities[starts[-1]]
        return None if level == LEVELS[-1] else item._replace(severity=Severity(level))
