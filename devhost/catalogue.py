"""Says which images the local registry holds, under the names and with the layout of the official ones."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devhost import busybox, gobuild, parts, rootfs
from devhost.errors import HostError
from devhost.locations import PACKAGE, digest
from devhost.oci import NET_BIND_SERVICE, Entry, Image, Settings, image, layer
from devhost.pins import COREDNS_DEFAULT_TAG, ETCD_TAG, GO_PARTS, KUBECTL, KUBERNETES, PAUSE_TAG, GoPart, WheelPart

PAUSE_SOURCE = PACKAGE.parent / "images" / "pause" / "pause.c"


@dataclass(frozen=True)
class Item:
    """One image: the references it answers to, what identifies its content, and how to make it."""

    refs: tuple[str, ...]
    key: str
    make: Callable[[], Image]


def items() -> list[Item]:
    """Every image of the base catalogue."""
    coredns = GO_PARTS["coredns"].version.removeprefix("v")
    return [
        Item((f"registry.k8s.io/pause:{PAUSE_TAG}",), digest(PAUSE_SOURCE.read_bytes()), _pause),
        Item(
            (*(f"busybox:{tag}" for tag in ("latest", "1.36", "1.37", "stable")), "alpine:3.20"),
            digest(Path("/bin/busybox").read_bytes()),
            lambda: image([layer(busybox.entries())], Settings(cmd=("sh",))),
        ),
        *(
            _single(name, f"usr/local/bin/{name}", (f"registry.k8s.io/{name}:{KUBERNETES}",), Settings())
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        ),
        _on_busybox(
            KUBECTL,
            (f"registry.k8s.io/kubectl:{KUBERNETES}",),
            Settings(entrypoint=("/bin/kubectl",)),
        ),
        _single(
            "kine",
            "bin/kine",
            (f"rancher/kine:{GO_PARTS['kine'].version}",),
            Settings(entrypoint=("/bin/kine",), user="65534", volumes=("/db",)),
            extra=(Entry("db", uid=65534), Entry("tmp", mode=0o1777)),
        ),
        _single(
            "etcd",
            "usr/local/bin/etcd",
            (f"registry.k8s.io/etcd:{ETCD_TAG}", f"quay.io/coreos/etcd:{GO_PARTS['etcd'].version}"),
            Settings(cmd=("/usr/local/bin/etcd",)),
        ),
        _single(
            "coredns",
            "coredns",
            tuple(
                f"{repository}:{tag}"
                for repository, tag in (
                    ("coredns/coredns", COREDNS_DEFAULT_TAG),
                    ("coredns/coredns", coredns),
                    ("registry.k8s.io/coredns/coredns", f"v{COREDNS_DEFAULT_TAG}"),
                    ("registry.k8s.io/coredns/coredns", f"v{coredns}"),
                )
            ),
            Settings(entrypoint=("/coredns",), user="65532:65532"),
            capability=NET_BIND_SERVICE,
        ),
        _on_busybox(
            GO_PARTS["local-path-provisioner"],
            (f"rancher/local-path-provisioner:{GO_PARTS['local-path-provisioner'].version}",),
            Settings(entrypoint=("/bin/local-path-provisioner",)),
        ),
        _debian(rootfs.PYTHON_BASE, "vcluster-python-base:bookworm"),
        _debian(rootfs.PYTHON_BUILD, "vcluster-python-build:bookworm"),
    ]


def addon_item(name: str) -> Item:
    """The image of a component that is only there on demand: `metrics-server` or `kwok`."""
    version = GO_PARTS[name].version
    if name == "metrics-server":
        reference = f"registry.k8s.io/metrics-server/metrics-server:{version}"
        return _single(name, "metrics-server", (reference,), Settings(entrypoint=("/metrics-server",), user="65534"))
    return _single(
        name,
        "usr/local/bin/kwok",
        (f"registry.k8s.io/kwok/kwok:{version}",),
        Settings(entrypoint=("/usr/local/bin/kwok",)),
    )


def _single(
    name: str,
    path: str,
    refs: tuple[str, ...],
    settings: Settings,
    *,
    extra: tuple[Entry, ...] = (),
    capability: str = "",
) -> Item:
    part = GO_PARTS[name]

    def make() -> Image:
        return image(
            [layer([*extra, Entry(path, source=gobuild.ensure(part), capability=capability), *_certificates()])],
            settings,
        )

    return Item(refs, digest(gobuild.key(part), path, repr(settings), repr(extra), capability), make)


def _on_busybox(part: GoPart | WheelPart, refs: tuple[str, ...], settings: Settings) -> Item:
    def make() -> Image:
        shell = layer(busybox.entries())
        return image([shell, layer([Entry(f"bin/{part.name}", source=parts.ensure(part))])], settings)

    return Item(refs, digest(parts.key(part), repr(settings)), make)


def _debian(system: rootfs.RootFs, ref: str) -> Item:
    settings = Settings(cmd=("python3",), env=(*Settings().env, "LANG=C.UTF-8"))
    return Item(
        (ref,),
        digest(str(system.tar)),
        lambda: image([rootfs.ensure(system).read_bytes()], settings),
    )


def _certificates() -> list[Entry]:
    bundle = Path("/etc/ssl/certs/ca-certificates.crt")
    return [Entry("etc/ssl/certs/ca-certificates.crt", source=bundle, mode=0o644)] if bundle.exists() else []


def _pause() -> Image:
    with tempfile.TemporaryDirectory() as folder:
        binary = Path(folder) / "pause"
        done = subprocess.run(
            ["gcc", "-Os", "-static", "-s", "-o", binary, PAUSE_SOURCE], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise HostError("compiling the pause program failed", done.stderr.strip()[-1000:])
        return image([layer([Entry("pause", source=binary)])], Settings(entrypoint=("/pause",), user="65535:65535"))
