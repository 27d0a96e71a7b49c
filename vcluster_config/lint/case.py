"""What a rule sees: the configuration, where its values were written, and how to say that something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vcluster_config.model.value_problems import describe
from vcluster_config.source.diagnostic import Diagnostic, Edit, Related, Severity, Suggestion
from vcluster_config.source.node import Path, dotted

if TYPE_CHECKING:
    from vcluster_config.lint.host import Host
    from vcluster_config.model import Config
    from vcluster_config.source.codes import Code
    from vcluster_config.source.document import Document


@dataclass(frozen=True)
class Case:
    """One configuration to judge."""

    config: Config
    document: Document
    previous: Config | None = None
    host: Host | None = None

    def written(self, path: Path) -> bool:
        """Whether any layer sets the path, so that the value is no default."""
        return self.document.find(path) is not None

    def finding(
        self,
        code: Code,
        path: Path,
        message: str,
        *,
        severity: Severity = Severity.ERROR,
        expected: str = "",
        advice: str = "",
        related: tuple[Path, ...] = (),
        at_key: bool = False,
        fix: str | None = None,
    ) -> Diagnostic:
        """A finding at a path; ``advice`` is what to do, ``fix`` the text that replaces the value safely."""
        span = self.document.key_span(path) if at_key else self.document.span(path)
        node = self.document.find(path)
        edits = (Edit(span, fix),) if fix is not None and node is not None else ()
        return Diagnostic(
            code,
            severity,
            message,
            span,
            path=dotted(path),
            found=describe(node, path) if node is not None else "",
            expected=expected,
            related=tuple(self._related(other) for other in related),
            suggestions=(Suggestion(advice, "safe" if edits else "needs-input", edits),) if advice else (),
        )

    def _related(self, path: Path) -> Related:
        word = "set here" if self.written(path) else "not set, so its default counts"
        return Related(f"{dotted(path)} is {word}", self.document.span(path))


def keys(path: str) -> Path:
    """Split a dotted path without special characters."""
    return tuple(path.split("."))
