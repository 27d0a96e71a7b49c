from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness.audit import Usage
from tests.e2e.harness.host import HostCluster, resolve
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.vcluster import VirtualCluster

Install = Callable[..., VirtualCluster]
UNUSED = pytest.StashKey[list[str]]()
_running: list[VirtualCluster] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/e2e" in item.path.as_posix():
            item.add_marker("e2e")
            item.add_marker(pytest.mark.timeout(600))
    # What is said about the whole suite comes after it.
    items.sort(key=lambda item: item.path.name == "test_rights.py")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    report = yield
    if report.failed:
        for cluster in _running:
            report.sections.append((f"virtual cluster {cluster.namespace}/{cluster.name}", cluster.report()))
    return report


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    unused = config.stash.get(UNUSED, None)
    if unused is not None:
        terminalreporter.section("rights granted on the host but never used by the suite")
        terminalreporter.line(", ".join(unused) or "none")


@pytest.fixture(scope="session")
def host() -> HostCluster:
    return resolve()


@pytest.fixture(scope="session")
def usages() -> list[Usage]:
    """Rights and host requests of every control plane before it was uninstalled."""
    return []


@pytest.fixture(scope="module")
def install(host: HostCluster, usages: list[Usage]) -> Iterator[Install]:
    """Installs virtual clusters that live as long as the module's tests; their namespaces go with them."""
    with _installer(host, usages) as install:
        yield install


@pytest.fixture(scope="session")
def shared(host: HostCluster, usages: list[Usage]) -> Iterator[VirtualCluster]:
    """The virtual cluster of the quick start, for scenarios that keep to namespaces or names of their own."""
    with _installer(host, usages) as install:
        yield install("shared", "e2e-everyday", example="quickstart.yaml")


@contextmanager
def _installer(host: HostCluster, usages: list[Usage]) -> Iterator[Install]:
    with ExitStack() as stack:

        def run(name: str, namespace: str, **options: Any) -> VirtualCluster:
            cluster = VirtualCluster(host, name, namespace, **options)
            _ensure_namespace(host.kubectl, namespace)
            stack.callback(host.kubectl, "delete", "namespace", namespace, "--ignore-not-found", timeout=180)
            stack.callback(_remove, cluster, usages)
            _running.append(cluster)
            return cluster.install()

        yield run


def _ensure_namespace(kubectl: Kubectl, namespace: str) -> None:
    if namespace not in kubectl.names("namespaces"):
        kubectl("create", "namespace", namespace)


@pytest.fixture(scope="module")
def usages_until_now(usages: list[Usage]) -> list[Usage]:
    """Those of the control planes that still run included."""
    running = (cluster.usage() for cluster in _running)
    return [*usages, *(usage for usage in running if usage is not None)]


def _remove(cluster: VirtualCluster, usages: list[Usage]) -> None:
    _running.remove(cluster)
    usage = cluster.usage()
    if usage is not None:
        usages.append(usage)
    cluster.uninstall()


@pytest.fixture
def tools(host: HostCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command finds kubectl and the cluster as it would on a user's machine."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "kubectl").symlink_to(host.kubectl.binary)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("KUBECONFIG", str(host.kubectl.kubeconfig))
