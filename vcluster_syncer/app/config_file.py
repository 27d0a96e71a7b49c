"""Ends the process when its configuration changes: a restart of one container is all that a new configuration needs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from vcluster_contract import config
from vcluster_syncer.clock import Clock

LOOK_EVERY: Final = 5.0
"""Seconds; the kubelet itself takes up to a minute to bring a changed Secret to the volume."""


class ConfigError(Exception):
    """The configuration cannot be used; the message says what to do."""


def read(path: Path) -> tuple[config.SyncerConfig, bytes]:
    """The configuration and its bytes.

    Raises:
        ConfigError: the file is missing or was compiled for another version.
    """
    try:
        raw = path.read_bytes()
        return config.decode(raw), raw
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({error.strerror}): install with the chart, which mounts it"
        ) from error
    except msgspec.MsgspecError as error:
        raise ConfigError(
            f"{path} was not compiled for this image ({error}): use the image tag of the compiler that made it"
        ) from error


async def changed(path: Path, known: bytes, clock: Clock) -> None:
    """Return once the file holds something else."""
    while True:
        await clock.sleep(LOOK_EVERY)
        if _content(path) not in (known, b""):
            return


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
