"""Turns a refusal of the compiler into one more finding, so that linting misses nothing that compiling would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vcluster_config.lint.case import Case, keys
from vcluster_config.source.codes import Code

if TYPE_CHECKING:
    from vcluster_config.compile.output import CompiledChart
    from vcluster_config.lint.check import Report

_MAY_BE_REFUSED: Final = tuple(
    keys(path)
    for path in (
        "controlPlane.backingStore",
        "controlPlane.coredns.overwriteManifests",
        "controlPlane.distro.k0s",
        "controlPlane.distro.k3s",
        "controlPlane.distro.k8s.apiServer.image",
        "controlPlane.distro.k8s.version",
        "controlPlane.statefulSet.highAvailability.replicas",
        "experimental.deploy",
        "policies.centralAdmission",
    )
)


def compile_report(report: Report) -> CompiledChart | None:
    """Compile a configuration without errors; a refusal is appended to the report's findings."""
    from vcluster_config.compile import compile_config
    from vcluster_config.errors import CompileError

    assert report.config is not None  # noqa: S101 - a report without errors has a configuration
    try:
        return compile_config(report.config)
    except CompileError as error:
        case = Case(report.config, report.document)
        report.diagnostics.append(case.finding(Code.NOT_COMPILED, keys(error.path), error.message))
        return None


def judge(report: Report) -> Report:
    """Compile when the file sets something that the compiler may refuse; other files are not worth the time."""
    if not report.failed and any(report.document.find(path) is not None for path in _MAY_BE_REFUSED):
        compile_report(report)
    return report
