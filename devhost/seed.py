"""Fills a registry's storage once and keeps it in the cache, so that a host's registry starts with every image."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from devhost import catalogue, imageref, probe, render
from devhost.atomic import fresh_dir, locked
from devhost.errors import HostError
from devhost.locations import PACKAGE, cache_dir, digest
from devhost.registry import Registry

START_SECONDS = 20.0
# Compressing releases the interpreter; more would only hold more layers in memory.
AT_ONCE = 2


def folder(items: list[catalogue.Item]) -> Path:
    """Where the storage for exactly these images, made by exactly this code, lies or will lie."""
    code = [(PACKAGE / name).read_bytes() for name in ("oci.py", "busybox.py", "catalogue.py")]
    return cache_dir() / "seeds" / digest(*code, *(piece for item in items for piece in (item.key, *item.refs)))


def ensure(items: list[catalogue.Item], report: Callable[[str], None]) -> Path:
    """The filled storage, made first when the cache lacks it; `report` is told each image as it is built."""
    target = folder(items)
    with locked(cache_dir() / "seeds" / "lock"):
        if not target.exists():
            with fresh_dir(target) as storage, _temporary_registry(storage) as registry:
                push = partial(_push, registry, report)
                with ThreadPoolExecutor(AT_ONCE) as pool:
                    list(pool.map(push, items))
    return target


def _push(registry: Registry, report: Callable[[str], None], item: catalogue.Item) -> None:
    report(item.refs[0])
    built = item.make()
    for ref in item.refs:
        registry.push(imageref.parse(ref), built)


def copy(source: Path, target: Path) -> None:
    """Gives a host its own copy, as it will push to it; later seeds are laid over it, even while it is served."""
    marker = target / "seed"
    if not marker.exists() or marker.read_text() != source.name:
        shutil.copytree(source, target, dirs_exist_ok=True)
        marker.write_text(source.name)


@contextmanager
def _temporary_registry(storage: Path) -> Iterator[Registry]:
    address = f"127.0.0.1:{_free_port()}"
    configuration = storage.with_suffix(".yml")
    configuration.write_text(render.docker_registry(str(storage), address))
    process = subprocess.Popen(
        ["docker-registry", "serve", configuration], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + START_SECONDS
        while not probe.ready(f"http://{address}/v2/"):
            if process.poll() is not None or time.monotonic() > end:
                raise HostError(f"docker-registry doesn't start on {address}")
            time.sleep(0.05)
        yield Registry(address)
    finally:
        process.terminate()
        process.wait()
        configuration.unlink()


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
