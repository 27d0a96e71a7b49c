"""Data that an upgrade would leave behind: another database, another claim, another key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcluster_config.lint.case import Case, keys
from vcluster_config.lint.rules.choices import chosen_stores
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.model import Config
    from vcluster_config.source.diagnostic import Diagnostic

_ADDRESSES = {
    "database.external": "dataSource",
    "database.embedded": "dataSource",
    "etcd.external": "endpoint",
}
_FROZEN = (
    (
        ("controlPlane.statefulSet.persistence.volumeClaimTemplates",),
        "Kubernetes does not let a StatefulSet change its claims",
    ),
    (
        ("networking.serviceCIDR", "serviceCIDR"),
        "Services keep their addresses, and certificates contain the first one",
    ),
    (("controlPlane.distro.k3s.token",), "what is stored is encrypted with it"),
)
_INSIDE = ("database.embedded", "etcd.embedded")


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family; nothing without a previous configuration."""
    if case.previous is None:
        return
    before, after = _store(Case(case.previous, case.document)), _store(case)
    if before == after:
        yield from _other_address(case, case.previous, after)
        yield from _other_claim(case, case.previous, after)
    yield from _frozen(case, case.previous)


def _store(case: Case) -> str:
    return (chosen_stores(case) or ["database.embedded"])[0]


def _other_address(case: Case, previous: Config, store: str) -> Iterator[Diagnostic]:
    """Addresses may hold passwords, so the message names none."""
    name = _ADDRESSES.get(store)
    if name is None:
        return
    path = f"controlPlane.backingStore.{store}.{name}"
    if _at(previous, path) != _at(case.config, path):
        yield case.finding(
            Code.STORE_CHANGED,
            keys(path),
            f"{path} changes: what is stored at the old place is not moved",
            severity=Severity.WARNING,
            advice="ignore this when the new address leads to the same data",
        )


def _other_claim(case: Case, previous: Config, store: str) -> Iterator[Diagnostic]:
    path = "controlPlane.statefulSet.persistence.volumeClaim.enabled"
    before, after = _at(previous, path) is not False, _at(case.config, path) is not False
    if store in _INSIDE and before != after and not _at(case.config, path.replace("volumeClaim.enabled", "dataVolume")):
        yield case.finding(
            Code.STORE_CHANGED,
            keys(path),
            f"the data {'is in a claim' if before else 'has no claim'}, and the new pod would start empty",
            severity=Severity.ERROR if before else Severity.WARNING,
            advice="set it back, or make a new virtual cluster and move the objects",
        )


def _frozen(case: Case, previous: Config) -> Iterator[Diagnostic]:
    for paths, why in _FROZEN:
        before, after = _first(previous, paths), _first(case.config, paths)
        if before and before != after:
            path = next((path for path in paths if case.written(keys(path))), paths[-1])
            yield case.finding(
                Code.IMMUTABLE_CHANGED,
                keys(path),
                f"{path} changes: {why}",
                advice="set it back to what is installed",
            )


def _first(config: Config, paths: tuple[str, ...]) -> Any:
    """Value of a setting that has several names."""
    return next((value for path in paths if (value := _at(config, path))), None)


def _at(config: Config, path: str) -> Any:
    """Value of a setting by its path."""
    value: Any = config
    for key in path.split("."):
        names = {str(info.alias or name): name for name, info in type(value).model_fields.items()}
        value = getattr(value, names[key])
    return value
