"""From two configurations to what an upgrade would do: objects, rights, restarts and refusals, as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from vcluster_config.effects import consequences, exposure
from vcluster_config.effects.changes import Change, differences
from vcluster_config.effects.cost import costs, total
from vcluster_config.effects.exposure import ExposureChange
from vcluster_config.effects.rendered import Identity, Release, readable, render
from vcluster_config.effects.rights import RightsChange, compare, rights

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from vcluster_config.objects import Json


@dataclass(frozen=True, slots=True)
class ObjectChange:
    """An object that an upgrade touches; ``fields`` is empty unless it is changed."""

    action: Literal["added", "removed", "changed"]
    identity: Identity
    fields: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class CostChange:
    """What all pods and claims together set aside of a resource, such as ``requests.memory``; empty means nothing."""

    resource: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that an upgrade does; sentences are for people, the rest for both."""

    objects: tuple[ObjectChange, ...]
    cost: tuple[CostChange, ...]
    rights: tuple[RightsChange, ...]
    exposure: tuple[ExposureChange, ...]
    restarts: tuple[str, ...]
    refused: tuple[str, ...]
    left_behind: tuple[str, ...]


def compare_values(before: Mapping[str, Any], after: Mapping[str, Any], release: Release) -> Difference:
    """Compare compiled values of the same release."""
    old, new = render(before, release), render(after, release)
    objects = tuple(_objects(old, new))
    changed = [item for item in objects if item.action == "changed"]
    removed = [item.identity for item in objects if item.action == "removed"]
    added = [item.identity for item in objects if item.action == "added"]
    return Difference(
        objects,
        tuple(_costs(total(costs(before, release)).spelled(), total(costs(after, release)).spelled())),
        tuple(compare(rights(old), rights(new))),
        tuple(exposure.compare(old, new)),
        tuple(_restarts(changed)),
        tuple(line for item in changed for line in consequences.refused(item.identity, item.fields)),
        tuple(consequences.left_behind(removed, added)),
    )


def _costs(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[CostChange]:
    for resource in dict.fromkeys((*before, *after)):
        change = CostChange(resource, before.get(resource, ""), after.get(resource, ""))
        if change.before != change.after:
            yield change


def _restarts(changed: list[ObjectChange]) -> Iterator[str]:
    """Replaced pods take the syncer along, so only then is it not worth a line of its own."""
    pods = [line for item in changed for line in consequences.replaced_pods(item.identity, item.fields)]
    yield from pods or [line for item in changed for line in consequences.restarted_syncer(item.identity, item.fields)]


def _objects(old: Mapping[Identity, Json], new: Mapping[Identity, Json]) -> Iterator[ObjectChange]:
    for identity in sorted(old.keys() | new.keys()):
        if identity not in old:
            yield ObjectChange("added", identity)
        elif identity not in new:
            yield ObjectChange("removed", identity)
        else:
            fields = tuple(differences(readable(old[identity]), readable(new[identity])))
            if fields:
                yield ObjectChange("changed", identity, fields)
