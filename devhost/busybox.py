"""Lays out Debian's busybox as an image: the binary, the libraries it loads, and a link for each applet."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from devhost.oci import Entry

_LIBRARY = re.compile(r"(/\S+) \(0x")
_USERS = "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/bin/false\n"
_GROUPS = "root:x:0:\nnogroup:x:65534:\n"
_TAR = Path("/bin/tar")


def entries() -> list[Entry]:
    """The layer of the busybox image; GNU tar takes the place of busybox's, as `kubectl cp` wants a complete one."""
    binary = Path("/bin/busybox")
    applets = subprocess.run([binary, "--list-full"], capture_output=True, text=True, check=True).stdout.split()
    taken = {"bin/busybox", "bin/tar", "linuxrc"}
    links = [Entry(name, link="/bin/busybox") for name in sorted(set(applets) - taken)]
    return [
        *(Entry(str(path).lstrip("/"), source=path.resolve()) for path in libraries(binary, _TAR)),
        Entry("bin/busybox", source=binary),
        Entry("bin/tar", source=_TAR),
        *links,
        Entry("etc/passwd", data=_USERS.encode(), mode=0o644),
        Entry("etc/group", data=_GROUPS.encode(), mode=0o644),
        Entry("etc/nsswitch.conf", data=b"hosts: files dns\n", mode=0o644),
        Entry("tmp", mode=0o1777),
        Entry("root", mode=0o700),
        Entry("home"),
        Entry("var/run"),
    ]


def libraries(*programs: Path) -> list[Path]:
    """Every shared library the programs load, the dynamic linker included, by the path they ask for."""
    found: set[Path] = set()
    for program in programs:
        listing = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
        found.update(Path(match) for match in _LIBRARY.findall(listing))
    return sorted(found)
