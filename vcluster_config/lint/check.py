"""The whole way from texts to findings, for every command and the language server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vcluster_config.lint.aliases import with_uses
from vcluster_config.lint.case import Case
from vcluster_config.lint.echoes import without_echoes
from vcluster_config.lint.registry import FAMILIES
from vcluster_config.lint.suppress import suppress
from vcluster_config.model.validation import validate_partially
from vcluster_config.source.diagnostic import Diagnostic, Severity, in_order
from vcluster_config.source.document import Document, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vcluster_config.lint.host import Host
    from vcluster_config.model import Config
    from vcluster_config.source.parse import SourceFile
    from vcluster_config.source.sets import SetOption


@dataclass(frozen=True, slots=True)
class Report:
    """What was read and what was found, in order of position."""

    document: Document
    config: Config | None
    diagnostics: list[Diagnostic]

    @property
    def failed(self) -> bool:
        """Whether something must be mended before the configuration can be compiled."""
        return self.config is None or any(found.severity is Severity.ERROR for found in self.diagnostics)


def run(case: Case) -> list[Diagnostic]:
    """Findings of all rules across fields."""
    found = [found for family in FAMILIES for found in family(case)]
    if case.host is not None:
        from vcluster_config.lint.rules import host as about_host

        found += about_host.check(case)
    return in_order(found)


def check(
    files: Sequence[SourceFile],
    options: Sequence[SetOption] = (),
    previous: Config | None = None,
    host: Host | None = None,
    *,
    security: bool = False,
) -> Report:
    """Read, validate and judge; rules say nothing about values that could not be used.

    ``security`` adds the points in which the configuration is not hardened.
    """
    document = load(files, options)
    validated = validate_partially(document)
    places = {document.span(path) for path in validated.unusable}
    case = Case(validated.config, document, previous, host)
    judged = [
        found
        for found in [*run(case), *(_hardening(case) if security else ())]
        if found.span not in places and not any(related.span in places for related in found.related)
    ]
    kept = suppress([*validated.diagnostics, *judged], document.sources, validated.binding)
    found = in_order(with_uses(without_echoes(kept), document))  # an accepted finding explains no other
    return Report(document, None if validated.unusable else validated.config, found)


def _hardening(case: Case) -> Iterable[Diagnostic]:
    from vcluster_config.lint import hardening

    return hardening.check(case)
