"""Entry of the init container: reads files and environment, and turns any failure into one sentence."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

import msgspec

from vcluster_contract import config, layout, names
from vcluster_syncer.bootstrap import datastore
from vcluster_syncer.bootstrap.environment import from_environ
from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.bootstrap.prepare import prepare
from vcluster_syncer.bootstrap.retry import patiently
from vcluster_syncer.clock import SystemClock
from vcluster_syncer.kube.client import KubeClient
from vcluster_syncer.kube.kubeconfig import KubeconfigError, in_cluster

_TERMINATION_LOG: Final = Path("/dev/termination-log")


async def main() -> None:
    """Prepare the pod or exit with status 1 and the reason in the log and the container's termination message."""
    try:
        await _run()
    except (BootstrapError, KubeconfigError) as error:
        _report(f"bootstrap: {error}\n")
        raise SystemExit(1) from error


async def _run() -> None:
    environment = from_environ(os.environ)
    compiled = _read_config(Path(layout.SYNCER_CONFIG))
    clock = SystemClock()
    client = KubeClient.connect(in_cluster(), clock)
    try:
        await patiently(lambda: prepare(client, compiled, environment, clock), clock)
        etcd = (names.etcd_headless(environment.vcluster), layout.ETCD_METRICS_PORT)
        await datastore.answers(clock, etcd=etcd if compiled.etcd == "deployed" else None)
    finally:
        client.close()


def _read_config(path: Path) -> config.SyncerConfig:
    try:
        return config.decode(path.read_bytes())
    except OSError as error:
        raise BootstrapError(f"{path} cannot be read ({error.strerror}): install with the chart") from error
    except msgspec.MsgspecError as error:
        raise BootstrapError(
            f"{path} was not compiled for this image ({error}): use the image tag of the compiler that made it"
        ) from error


def _report(message: str) -> None:
    sys.stderr.write(message)
    try:
        _TERMINATION_LOG.write_text(message)
    except OSError:
        return
