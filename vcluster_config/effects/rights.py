"""What the control plane may do on the host, verb by verb, so that two configurations can be compared by rights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from vcluster_config.effects.rendered import Identity
    from vcluster_config.objects import Json


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One verb on one resource; ``scope`` is a namespace, empty for the whole host, ``name`` a single object."""

    scope: str
    group: str
    resource: str
    name: str
    verb: str

    @property
    def subject(self) -> str:
        """``deployments.apps``, ``pods/exec``, ``secrets my-secret``."""
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        return f"{resource} {self.name}" if self.name else resource


@dataclass(frozen=True, slots=True)
class RightsChange:
    """Verbs gained and lost on one subject in one scope."""

    scope: str
    subject: str
    gained: tuple[str, ...]
    lost: tuple[str, ...]


def rights(objects: Mapping[Identity, Json]) -> set[Right]:
    """All rights of Roles and ClusterRoles; a wildcard stays a wildcard."""
    return {
        right
        for identity, content in objects.items()
        if identity.kind in {"Role", "ClusterRole"}
        for rule in content.get("rules") or ()
        for right in of_rule(rule, identity.namespace)
    }


def of_rule(rule: Mapping[str, Any], scope: str) -> Iterator[Right]:
    """Rights of one rule."""
    names = rule.get("resourceNames") or ("",)
    for group, resource, name, verb in product(
        rule.get("apiGroups") or (), rule.get("resources") or (), names, rule.get("verbs") or ()
    ):
        yield Right(scope, group, resource, name, verb)
    for url, verb in product(rule.get("nonResourceURLs") or (), rule.get("verbs") or ()):
        yield Right(scope, "", url, "", verb)


def compare(before: set[Right], after: set[Right]) -> list[RightsChange]:
    """Gained and lost rights by subject."""
    gained, lost = after - before, before - after
    places = sorted({(right.scope, right.subject) for right in gained | lost})
    return [RightsChange(*place, gained=_verbs(gained, place), lost=_verbs(lost, place)) for place in places]


def _verbs(found: Iterable[Right], place: tuple[str, str]) -> tuple[str, ...]:
    return tuple(sorted(right.verb for right in found if (right.scope, right.subject) == place))
