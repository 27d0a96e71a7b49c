"""What a virtual cluster sets aside on its host before anybody uses it: requests, limits and volumes, added up."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from vcluster_config import quantity
from vcluster_config.effects.rendered import Release, mappings, render
from vcluster_contract import config as contract
from vcluster_contract import layout

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from vcluster_config.objects import Json

_WORKLOADS: Final = frozenset({"StatefulSet", "Deployment"})
STORAGE: Final = "storage"
_ORDER: Final = ("requests", "limits", STORAGE)
Amounts = dict[str, Fraction]


@dataclass(frozen=True, slots=True)
class Cost:
    """Amounts of one workload, all replicas together.

    Keys are ``requests.cpu``, ``limits.memory`` and so on, and ``storage`` for claims. ``unlimited`` names resources
    for which some container has no limit, so that their limits cannot be added up.
    """

    name: str
    pods: int
    amounts: Amounts
    unlimited: tuple[str, ...] = ()

    def spelled(self) -> dict[str, str]:
        """Amounts as quantities; requests before limits before storage."""
        ordered = sorted(self.amounts.items(), key=lambda item: (_ORDER.index(item[0].partition(".")[0]), item[0]))
        return {key: quantity.spell(key, value) for key, value in ordered}


def costs(values: Mapping[str, Any], release: Release) -> list[Cost]:
    """Every workload that values create on the host, and those inside whose pods run there from the start."""
    inside = contract.decode(values["configSecret"]["stringData"][layout.SYNCER_CONFIG_KEY].encode()).manifests
    found = [(str(identity), content) for identity, content in render(values, release).items()]
    found += [(f"{item['kind']}/{item['metadata']['name']} inside", item) for item in inside]
    return [_workload(name, content) for name, content in found if content["kind"] in _WORKLOADS]


def total(found: Iterable[Cost]) -> Cost:
    """All of them together."""
    listed = list(found)
    unlimited = tuple(sorted({name for item in listed for name in item.unlimited}))
    amounts = _sum(item.amounts for item in listed)
    known = {key: value for key, value in amounts.items() if key.removeprefix("limits.") not in unlimited}
    return Cost("all", sum(item.pods for item in listed), known, unlimited)


def _workload(name: str, content: Json) -> Cost:
    spec = _mapping(content.get("spec"))
    pod = _mapping(_mapping(spec.get("template")).get("spec"))
    replicas = spec["replicas"] if isinstance(spec.get("replicas"), int) else 1
    unlimited = tuple(_unlimited([*_init(pod), *_main(pod)]))
    amounts = {f"requests.{key}": value for key, value in _effective(pod, "requests").items()}
    amounts |= {f"limits.{key}": value for key, value in _effective(pod, "limits").items() if key not in unlimited}
    claims = _sum(map(_claim, mappings(spec.get("volumeClaimTemplates"))))
    return Cost(name, replicas, {key: value * replicas for key, value in (amounts | claims).items()}, unlimited)


def _unlimited(containers: list[Json]) -> Iterator[str]:
    names = {key for container in containers for kind in ("requests", "limits") for key in _of(container, kind)}
    for name in sorted(names):
        if any(name not in _of(container, "limits") for container in containers):
            yield name


def _claim(claim: Json) -> Amounts:
    return {key: value for key, value in _of(_mapping(claim.get("spec")), "requests").items() if key == STORAGE}


def _mapping(value: Any) -> Json:
    """What is there, or nothing: manifests of a file may be malformed."""
    return value if isinstance(value, dict) else {}


def _init(pod: Json) -> list[Json]:
    return mappings(pod.get("initContainers"))


def _main(pod: Json) -> list[Json]:
    return mappings(pod.get("containers"))


def _of(owner: Json, kind: str) -> Amounts:
    given = _mapping(_mapping(owner.get("resources")).get(kind))
    parsed = {key: quantity.parse(value) for key, value in given.items()}
    return {key: value for key, value in parsed.items() if value is not None}


def _effective(pod: Json, kind: str) -> Amounts:
    """What a scheduler counts (KEP-753, "Resources calculation for scheduling and pod admission")."""
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in _init(pod):
        amounts = _sum((sidecars, _of(container, kind)))
        if container.get("restartPolicy") == "Always":
            sidecars = amounts
        peak = _larger(peak, amounts)
    return _larger(peak, _sum((sidecars, *(_of(container, kind) for container in _main(pod)))))


def _sum(parts: Iterable[Amounts]) -> Amounts:
    found: Amounts = {}
    for part in parts:
        for key, value in part.items():
            found[key] = found.get(key, Fraction(0)) + value
    return found


def _larger(one: Amounts, other: Amounts) -> Amounts:
    return {key: max(one.get(key, Fraction(0)), other.get(key, Fraction(0))) for key in one | other}


def as_text(found: list[Cost]) -> str:
    """A line for each workload and one for all."""
    return "".join(_line(item) for item in (*found, total(found)))


def _line(item: Cost) -> str:
    parts = [f"{key.replace('.', ' ')} {value}" for key, value in item.spelled().items()]
    open_ended = f"; no limit for {', '.join(item.unlimited)}" if item.unlimited else ""
    return f"{item.name}, {item.pods} pod{'s' * (item.pods != 1)}: {', '.join(parts)}{open_ended}\n"
