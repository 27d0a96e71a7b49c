"""Parts must be pinned, and the cache must never hand out half of one."""

import io
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from devhost import gobuild
from devhost.atomic import fresh_dir
from devhost.locations import PACKAGE, digest
from devhost.pins import GO_PARTS, HELM_3, HELM_4, KUBECTL, KUBERNETES, OLD_KUBECTL, GoPart
from devhost.wheels import dig
from tests.unit.compile.compiling import syncer_config


@pytest.mark.parametrize("part", GO_PARTS.values(), ids=GO_PARTS)
def test_the_tool_module_pins_the_version_the_part_names(part: GoPart) -> None:
    module = (PACKAGE / "parts" / part.module / "go.mod").read_text()
    assert part.package in re.findall(r"^(?:tool |\t)(\S+)$", module, re.MULTILINE)
    required = re.findall(r"^\t(\S+) (v\S+)", module, re.MULTILINE)
    assert any(part.package.startswith(path) and version == part.version for path, version in required)


def _versions(module: str) -> dict[str, str]:
    """The version each library is built at: its replacement's, or else the one the module requires."""
    text = (PACKAGE / "parts" / module / "go.mod").read_text()
    required = dict(re.findall(r"^\t(\S+) (v\S+)", text, re.MULTILINE))
    replaced = dict(re.findall(r"^\t(\S+) => \S+ (v\S+)", text, re.MULTILINE))
    return required | replaced


@pytest.mark.parametrize("library", ["google.golang.org/grpc", "google.golang.org/protobuf", "golang.org/x/net"])
def test_large_libraries_have_one_version_so_that_they_are_compiled_once(library: str) -> None:
    modules = {part.module for part in GO_PARTS.values()}
    assert len({version for module in modules for version in [_versions(module).get(library)] if version}) == 1


@pytest.mark.parametrize("library", ["k8s.io/api", "k8s.io/apimachinery", "k8s.io/client-go"])
def test_clients_are_built_at_the_version_of_kubernetes(library: str) -> None:
    expected = "v0" + KUBERNETES.removeprefix("v1")
    modules = {part.module for part in GO_PARTS.values()} - {"etcd"}
    assert {_versions(module).get(library, expected) for module in modules} == {expected}


def _directives(corefile: str) -> set[str]:
    """First words of the lines at depth one."""
    found, depth = set(), 0
    for line in corefile.splitlines():
        words = line.split()
        if depth == 1 and words and words[0] != "}":
            found.add(words[0])
        depth += line.count("{") - line.count("}")
    return found


def _of_the_host() -> str:
    return (PACKAGE / "manifests" / "dns.yaml").read_text().split("Corefile: |", 1)[1].split("\n---", 1)[0]


def _of_a_virtual_cluster() -> str:
    manifests = syncer_config({"networking": {"advanced": {"proxyKubelets": {"byHostname": True}}}}).manifests
    return "".join(item["data"]["Corefile"] for item in manifests if item["kind"] == "ConfigMap")


@pytest.mark.parametrize("corefile", [_of_the_host, _of_a_virtual_cluster])
def test_coredns_is_built_with_every_plugin_that_a_corefile_of_ours_names(corefile: Callable[[], str]) -> None:
    overlay = PACKAGE / "parts" / "coredns" / "overlay" / "core" / "plugin" / "zplugin.go"
    built = set(re.findall(r'coredns/plugin/(\w+)"', overlay.read_text()))
    wanted = _directives(corefile())
    assert "kubernetes" in wanted
    assert {"metrics" if name == "prometheus" else name for name in wanted} <= built


def test_the_key_changes_with_what_the_binary_depends_on() -> None:
    part = GO_PARTS["etcd"]
    changed = GoPart(part.name, part.module, part.package, part.version, ("-X a.b=c",))
    assert gobuild.key(part) != gobuild.key(changed)
    assert gobuild.key(part).startswith(part.version)


def test_a_digest_keeps_its_pieces_apart() -> None:
    assert digest("ab", "c") != digest("a", "bc")


def test_wheels_are_pinned_by_digest() -> None:
    assert all(re.fullmatch(r"[0-9a-f]{64}", part.sha256) for part in (KUBECTL, HELM_3, HELM_4, OLD_KUBECTL))


def test_a_failed_fill_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "cache" / "thing"

    def fail() -> None:
        with fresh_dir(target) as folder:
            (folder / "half").write_text("x")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(target.parent.iterdir()) == []


def test_a_fill_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "thing"
    with fresh_dir(target) as folder:
        (folder / "file").write_text("x")
        assert not target.exists()
    assert (target / "file").read_text() == "x"


def test_dig_opens_archives_inside_archives() -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("helm/helm", "binary")
    middle = io.BytesIO()
    with tarfile.open(fileobj=middle, mode="w:gz") as archive:
        info = tarfile.TarInfo("package/layer.zip")
        info.size = len(inner.getvalue())
        archive.addfile(info, io.BytesIO(inner.getvalue()))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("x.tgz", middle.getvalue())
    assert dig(outer.getvalue(), ("x.tgz", "package/layer.zip", "helm/helm")) == b"binary"
