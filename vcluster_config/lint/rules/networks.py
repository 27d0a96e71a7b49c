"""Exceptions of a network that do not lie inside it, for which the API server refuses the whole policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.lint.rules.effect import value_at
from vcluster_config.networks import inside
from vcluster_config.source.codes import Code
from vcluster_config.source.node import Mapping, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.case import Case
    from vcluster_config.source.diagnostic import Diagnostic

_POLICY: Final = ("policies", "networkPolicy")


def check(case: Case) -> Iterator[Diagnostic]:
    """One finding for each exception that is written and not part of its network."""
    if not case.written(_POLICY):
        return
    for path, node, _ in walk(case.document.root):
        if path[:2] == _POLICY and isinstance(node, Mapping) and node.get("except") is not None:
            network, exceptions = (value_at(case.config, (*path, key)) for key in ("cidr", "except"))
            for number, exception in enumerate(exceptions if isinstance(exceptions, list) else ()):
                if isinstance(network, str) and inside(exception, network) is False:
                    yield case.finding(
                        Code.NETWORK_EXCEPTION,
                        (*path, "except", number),
                        f"{exception} is no part of {network}, so there is nothing to except",
                        expected=f"a smaller network within {network}",
                        advice="remove it, or widen cidr",
                    )
