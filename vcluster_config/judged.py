"""Turns a refusal of the compiler into one more finding, so that linting misses nothing that compiling would refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, TypeVar

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import in_order
from vcluster_config.source.node import Scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from vcluster_config.compile.output import CompiledChart
    from vcluster_config.lint.check import Report
    from vcluster_config.model import Config
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path

T = TypeVar("T")
_STEP: Final = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_CHOICES: Final = tuple(
    keys(path)
    for path in (
        "controlPlane.backingStore",
        "controlPlane.distro.k0s",
        "controlPlane.distro.k3s",
        "controlPlane.distro.k8s.apiServer.image",
        "controlPlane.distro.k8s.version",
        "controlPlane.statefulSet.highAvailability.replicas",
    )
)
_OBJECTS: Final = tuple(
    keys(path)
    for path in (
        "controlPlane.backingStore.etcd.deploy.statefulSet.persistence",
        "controlPlane.coredns.overwriteManifests",
        "controlPlane.statefulSet.initContainers",
        "controlPlane.statefulSet.persistence.addVolumeMounts",
        "controlPlane.statefulSet.persistence.addVolumes",
        "controlPlane.statefulSet.persistence.dataVolume",
        "controlPlane.statefulSet.persistence.volumeClaimTemplates",
        "controlPlane.statefulSet.sidecarContainers",
        "experimental.deploy",
        "policies.centralAdmission",
    )
)

_MANIFESTS: Final = tuple(
    keys(path)
    for path in (
        "controlPlane.coredns.overwriteManifests",
        "experimental.deploy.host.manifests",
        "experimental.deploy.vcluster.manifests",
    )
)


def compile_report(report: Report) -> CompiledChart | None:
    """Compile a configuration without errors; a refusal is appended to the report's findings.

    That an API server would refuse a manifest in the file counts as one.
    """
    from vcluster_config.compile import compile_config

    chart = _accepted(report, compile_config)
    if chart is None:
        return None
    refused = list(_refused_manifests(report))
    _add(report, refused)
    return None if refused else chart


def _refused_manifests(report: Report) -> Iterator[Diagnostic]:
    assert report.config is not None  # noqa: S101 - a report without errors has a configuration
    case = Case(report.config, report.document)
    for path in _MANIFESTS:
        node = report.document.find(path)
        if isinstance(node, Scalar) and isinstance(node.value, str) and node.value.strip():
            from vcluster_config.effects.carried import refused

            yield from (case.finding(Code.OUTPUT_REFUSED, path, message) for message in refused(node.value))


def _add(report: Report, found: Iterable[Diagnostic]) -> None:
    report.diagnostics[:] = in_order([*report.diagnostics, *found])


def judge(report: Report) -> Report:
    """Go as far in compiling as what the file sets may be refused; other files are not worth the time."""
    if report.failed:
        return report
    if _sets(report, _OBJECTS):
        compile_report(report)
    elif _sets(report, _CHOICES):
        from vcluster_config.compile.resolve import resolve

        _accepted(report, resolve)
    return report


def _sets(report: Report, paths: tuple[Path, ...]) -> bool:
    return any(report.document.find(path) is not None for path in paths)


def _steps(path: str) -> Path:
    """A path with items of lists: ``sidecarContainers[0].name``."""
    found = _STEP.findall(path)
    return tuple(int(index) if index else key for key, index in found)


def _accepted(report: Report, step: Callable[[Config], T]) -> T | None:
    from vcluster_config.errors import CompileError

    assert report.config is not None  # noqa: S101 - a report without errors has a configuration
    try:
        return step(report.config)
    except CompileError as error:
        case = Case(report.config, report.document)
        refusal = case.finding(Code.NOT_COMPILED, _steps(error.path), error.message)
        _add(report, [refusal])
        return None
