"""Words that YAML 1.1 reads as something else than people expect: ``no``, ``on``, ``0644``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.source import scalars
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity
from vcluster_config.source.node import Scalar, dotted, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.source.diagnostic import Diagnostic

_FILE_MODES: Final = {"defaultMode", "mode"}


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family."""
    for path, node, _ in walk(case.document.root):
        if not isinstance(node, Scalar) or not node.plain:
            continue
        if isinstance(node.value, bool) and scalars.is_odd_boolean(node.text):
            word = "true" if node.value else "false"
            yield case.finding(
                Code.YAML_BOOLEAN,
                path,
                f"{dotted(path)} is {node.text}, which only some YAML readers take for {word}",
                severity=Severity.WARNING,
                advice=f"write {word}",
                fix=word,
            )
        elif isinstance(node.value, int) and scalars.is_octal(node.text) and path[-1] not in _FILE_MODES:
            yield case.finding(
                Code.YAML_OCTAL,
                path,
                f"{dotted(path)} is {node.text}, which YAML reads in base eight as {node.value}",
                severity=Severity.WARNING,
                advice=f"write {node.value}, or quote it if it is text",
            )
