"""`load` takes the archives people have, whichever tool wrote them."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from devhost.buildah import with_transport
from devhost.errors import HostError


def archive(path: Path, *names: str) -> Path:
    with tarfile.open(path, "w") as tar:
        for name in names:
            tar.addfile(tarfile.TarInfo(name), io.BytesIO())
    return path


@pytest.mark.parametrize(
    ("names", "transport"),
    [
        (("manifest.json", "layer.tar"), "docker-archive"),
        (("oci-layout", "index.json"), "oci-archive"),
        (("oci-layout", "manifest.json"), "oci-archive"),
    ],
)
def test_the_kind_of_archive_is_found_out(tmp_path: Path, names: tuple[str, ...], transport: str) -> None:
    path = archive(tmp_path / "image.tar", *names)
    assert with_transport(str(path)) == f"{transport}:{path}"


def test_a_transport_is_left_as_it_is() -> None:
    assert with_transport("docker://example.com/app:1") == "docker://example.com/app:1"


def test_a_tar_file_without_an_image_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HostError, match=r"found a tar file without oci-layout"):
        with_transport(str(archive(tmp_path / "other.tar", "readme")))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a tar file")
    with pytest.raises(HostError, match="found no tar file"):
        with_transport(str(tmp_path / "notes.txt"))
