"""What ``auto`` becomes, found by trying: it is the value in whose place it compiles to the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.effects.forwards import compiled
from vcluster_config.effects.trees import nested
from vcluster_config.model.root import Config
from vcluster_config.model.shape import places
from vcluster_config.model.values import auto_bool
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Diagnostic, Severity
from vcluster_config.source.document import Document, merge
from vcluster_config.source.node import Scalar, dotted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.objects import Json

_AUTO: Final = "auto"


def findings(document: Document) -> Iterator[Diagnostic]:
    """One for each ``auto`` in the file whose choice makes a difference."""
    for path in (place.path for place in places(Config) if place.shape.value is auto_bool):
        node = document.find(path)
        if not isinstance(node, Scalar) or node.value != _AUTO:
            continue
        becomes = choice(document, path)
        if becomes is not None:
            message = f"{dotted(path)} is auto, which becomes {str(becomes).lower()} here"
            yield Diagnostic(Code.AUTOMATIC, Severity.INFO, message, node.span, path=dotted(path), found=_AUTO)


def choice(document: Document, path: tuple[str, ...]) -> bool | None:
    """What ``auto`` at a path becomes; None when both values compile to the same, or the file does not compile."""
    found = _compiled(document, path, _AUTO)
    alike = [value for value in (True, False) if found is not None and _compiled(document, path, value) == found]
    return alike[0] if len(alike) == 1 else None


def _compiled(document: Document, path: tuple[str, ...], value: object) -> Json | None:
    return compiled(document, merge(document.root, nested(path, value)))
