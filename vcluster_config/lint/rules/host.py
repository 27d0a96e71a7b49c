"""What a known host cluster cannot give: too old, without a field, without an API, far from the version inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from vcluster_config.lint import host_needs
from vcluster_config.lint.case import Case, keys
from vcluster_config.lint.rules.effect import value_at
from vcluster_config.model import kubernetes_fields
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Severity
from vcluster_config.source.node import dotted, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vcluster_config.lint.host import Host
    from vcluster_config.model import Config
    from vcluster_config.source.diagnostic import Diagnostic
    from vcluster_config.source.node import Path

_ROOT: Final = ("controlPlane", "distro")
_MINOR: Final = re.compile(r"v?1\.(\d+)")
_FAR: Final = 3
"""Minor versions that kubelets may be behind the API server (Kubernetes docs: "Version Skew Policy")."""


def check(case: Case) -> Iterator[Diagnostic]:
    """All rules of this family; nothing without a host."""
    if case.host is None:
        return
    if case.host.minor is not None:
        yield from _age(case, case.host.minor)
        yield from _fields(case, case.host.minor)
        yield from _skew(case, case.host.minor)
    yield from _apis(case, case.host)


def _age(case: Case, minor: int) -> Iterator[Diagnostic]:
    if minor < host_needs.OLDEST:
        yield case.finding(
            Code.HOST_TOO_OLD,
            _ROOT,
            f"the host runs Kubernetes 1.{minor}, which has no native sidecar containers",
            expected=f"a host with Kubernetes 1.{host_needs.OLDEST} or newer",
            advice="upgrade the host",
            at_key=True,
        )


def _fields(case: Case, minor: int) -> Iterator[Diagnostic]:
    """Fields of Kubernetes objects in the file that the host drops without a word."""
    names = {field for _, field in host_needs.FIELDS}
    for path, _, entry in walk(case.document.root):
        if entry is None or entry.key not in names:
            continue
        place = kubernetes_fields.at(tuple("[]" if isinstance(step, int) else step for step in path))
        since = host_needs.FIELDS.get((place.owner, place.name), 0) if place is not None else 0
        if minor < since:
            yield case.finding(
                Code.HOST_LACKS_FIELD,
                path,
                f"{dotted(path)} does nothing on Kubernetes 1.{minor}: hosts know it since 1.{since}",
                severity=Severity.WARNING,
                advice="remove it, or upgrade the host",
                at_key=True,
            )


def _apis(case: Case, host: Host) -> Iterator[Diagnostic]:
    for need in host_needs.APIS:
        path = keys(need.path)
        if value_at(case.config, path) is True:
            yield from _api(case, host, need, path)
    for direction in ("toHost", "fromHost"):
        section = keys(f"sync.{direction}.customResources")
        for name, resource in value_at(case.config, section).items():
            need = host_needs.Api("", f"{name.partition('.')[2]}/*", "the operator that defines it")
            if resource.enabled:
                yield from _api(case, host, need, (*section, name))


def _api(case: Case, host: Host, need: host_needs.Api, path: Path) -> Iterator[Diagnostic]:
    too_old = host.minor is not None and host.minor < need.since
    if not (too_old or host.lacks(need.api_version)):
        return
    spelled = need.api_version.removesuffix("/*")
    yield case.finding(
        Code.HOST_LACKS_API,
        path,
        f"{dotted(path)} needs the API {spelled}, which the host does not serve",
        severity=Severity.ERROR if need.installed else Severity.WARNING,
        advice=f"install {need.provider} first" if need.provider else f"upgrade the host to Kubernetes 1.{need.since}",
    )


def _skew(case: Case, minor: int) -> Iterator[Diagnostic]:
    path, inside = _inside(case.config)
    if inside is None or inside == minor:
        return
    newer = inside > minor
    lost = "fields of pods that the host does not know" if newer else "status of pods that only the host knows"
    yield case.finding(
        Code.VERSION_SKEW,
        path,
        f"Kubernetes 1.{inside} inside is {'newer' if newer else 'older'} than 1.{minor} of the host; "
        f"{lost} {'are' if newer else 'is'} dropped",
        severity=Severity.WARNING if abs(inside - minor) > _FAR else Severity.INFO,
        advice=f"choose a version nearer to 1.{minor}",
        at_key=True,
    )
    if newer and inside >= host_needs.RESIZE > minor:
        yield case.finding(
            Code.HOST_LACKS_FIELD,
            keys("sync.toHost.pods"),
            f"pods cannot be resized in place on Kubernetes 1.{minor}: hosts know it since 1.{host_needs.RESIZE}",
            severity=Severity.INFO,
            advice="upgrade the host, or let resized pods be replaced",
            at_key=True,
        )


def _inside(config: Config) -> tuple[Path, int | None]:
    """Minor version of the virtual API server, and the setting that chooses it."""
    distro = config.control_plane.distro
    if distro.k3s.enabled:
        path, version = "k3s.image.tag", distro.k3s.image.tag
    elif distro.k0s.enabled:
        path, version = "k0s.image.tag", distro.k0s.image.tag
    elif distro.k8s.version:
        path, version = "k8s.version", distro.k8s.version
    else:
        path, version = "k8s.apiServer.image.tag", distro.k8s.api_server.image.tag
    match = _MINOR.match(version)
    return keys(f"controlPlane.distro.{path}"), int(match[1]) if match else None
