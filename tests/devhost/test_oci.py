"""Images must be reproducible and hold exactly what was asked for."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

from devhost.oci import NET_BIND_SERVICE, Entry, Settings, image, layer

ENTRIES = [
    Entry("usr/local/bin/tool", data=b"#!", capability=NET_BIND_SERVICE),
    Entry("usr/local/bin/alias", link="tool"),
    Entry("tmp", mode=0o1777),
    Entry("db", uid=65534),
]


def members(data: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: member for member in archive}


def test_a_layer_holds_parents_before_children_and_each_once() -> None:
    with tarfile.open(fileobj=io.BytesIO(layer(ENTRIES))) as archive:
        assert archive.getnames() == ["usr", "usr/local", "usr/local/bin", *(entry.path for entry in ENTRIES)]


def test_modes_owners_links_and_capabilities_arrive() -> None:
    found = members(layer(ENTRIES))
    assert found["tmp"].isdir()
    assert found["tmp"].mode == 0o1777
    assert found["db"].uid == found["db"].gid == 65534
    assert found["usr/local/bin/alias"].linkname == "tool"
    capability = found["usr/local/bin/tool"].pax_headers["SCHILY.xattr.security.capability"].encode()
    assert capability == bytes.fromhex("0100000200040000") + bytes(12)


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"x")
    second.write_bytes(b"x")
    assert layer([Entry("f", source=first)]) == layer([Entry("f", source=second)])
    assert image([layer(ENTRIES)], Settings()) == image([layer(ENTRIES)], Settings())


def test_the_manifest_describes_its_blobs() -> None:
    built = image([layer(ENTRIES), layer([Entry("x", data=b"")])], Settings(user="65534", volumes=("/db",)))
    manifest = json.loads(built.manifest)
    *layers, config = built.blobs
    described = [*manifest["layers"], manifest["config"]]
    assert [(one["digest"], one["size"]) for one in described] == [
        (f"sha256:{hashlib.sha256(blob.data).hexdigest()}", len(blob.data)) for blob in built.blobs
    ]
    parsed = json.loads(config.data)
    assert parsed["rootfs"]["diff_ids"] == [
        f"sha256:{hashlib.sha256(gzip.decompress(blob.data)).hexdigest()}" for blob in layers
    ]
    assert len(parsed["history"]) == len(layers)
    assert parsed["config"]["User"] == "65534"
    assert parsed["config"]["Volumes"] == {"/db": {}}
