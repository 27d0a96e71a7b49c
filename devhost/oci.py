"""Builds OCI images from files in plain Python: same files in, same bytes out, no container tool and no root needed.

Source of the formats: https://github.com/opencontainers/image-spec (manifest, config, layer).
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# vfs_cap_data revision 2 with CAP_NET_BIND_SERVICE permitted and effective (linux/capability.h)
NET_BIND_SERVICE = "\x01\x00\x00\x02\x00\x04" + "\x00" * 14

Json = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One member of a layer: a folder when neither `data`, `source` nor `link` is given."""

    path: str
    data: bytes | None = None
    source: Path | None = None
    link: str = ""
    mode: int = 0o755
    uid: int = 0
    capability: str = ""


@dataclass(frozen=True)
class Blob:
    """Content and its digest (`sha256:<hex>`)."""

    digest: str
    data: bytes


@dataclass(frozen=True)
class Image:
    """An image ready to push: blobs in upload order (layers, then config) and the manifest."""

    blobs: tuple[Blob, ...]
    manifest: bytes


@dataclass(frozen=True)
class Settings:
    """The runtime part of an image's configuration."""

    entrypoint: tuple[str, ...] = ()
    cmd: tuple[str, ...] = ()
    user: str = ""
    env: tuple[str, ...] = (PATH,)
    volumes: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> Json:
        """The `config` object of an OCI image configuration."""
        return {
            "Entrypoint": list(self.entrypoint),
            "Cmd": list(self.cmd),
            "User": self.user,
            "Env": list(self.env),
            "Volumes": {volume: {} for volume in self.volumes},
            "Labels": self.labels,
            "WorkingDir": "/",
        }


def layer(entries: list[Entry]) -> bytes:
    """An uncompressed tar of `entries` and their parent folders, without times or names of this machine."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        seen: set[str] = set()
        for entry in entries:
            for parent in reversed(Path(entry.path).parents[:-1]):
                if str(parent) not in seen:
                    _add(archive, Entry(str(parent)))
                    seen.add(str(parent))
            _add(archive, entry)
            seen.add(entry.path)
    return buffer.getvalue()


def _add(archive: tarfile.TarFile, entry: Entry) -> None:
    info = tarfile.TarInfo(entry.path)
    info.mode, info.uid, info.gid = entry.mode, entry.uid, entry.uid
    if entry.capability:
        info.pax_headers = {"SCHILY.xattr.security.capability": entry.capability}
    data = entry.source.read_bytes() if entry.source else entry.data
    if entry.link:
        info.type, info.linkname = tarfile.SYMTYPE, entry.link
        archive.addfile(info)
    elif data is None:
        info.type = tarfile.DIRTYPE
        archive.addfile(info)
    else:
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))


def image(layers: list[bytes], settings: Settings) -> Image:
    """Puts uncompressed tar layers together with their configuration."""
    packed = [_blob(gzip.compress(data, compresslevel=3, mtime=0)) for data in layers]
    config = _blob(
        _json(
            {
                "architecture": "amd64",
                "os": "linux",
                "config": settings.to_json(),
                "rootfs": {"type": "layers", "diff_ids": [_digest(data) for data in layers]},
                # buildah refuses to build on an image whose history does not name each layer.
                "history": [{"created_by": "devhost"} for _ in layers],
            }
        )
    )
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": _descriptor(CONFIG, config),
        "layers": [_descriptor(LAYER, blob) for blob in packed],
    }
    return Image((*packed, config), _json(manifest))


def _descriptor(media_type: str, blob: Blob) -> Json:
    return {"mediaType": media_type, "digest": blob.digest, "size": len(blob.data)}


def _json(value: Json) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _blob(data: bytes) -> Blob:
    return Blob(_digest(data), data)
