"""Issues one serving certificate as a short-lived child process, because ``cryptography`` would cost 12 MB for good."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import msgspec

from vcluster_syncer.bootstrap.leaves import Leaf

_SECONDS = 30.0


class Order(msgspec.Struct, frozen=True):
    """What the child reads from its standard input."""

    directory: str
    now: datetime
    names: tuple[str, ...]


def mint(directory: Path, names: tuple[str, ...], now: datetime) -> str:
    """PEM of a new key and certificate for ``names`` from the authority ``ca`` in ``directory``; blocks for a moment.

    Raises:
        OSError: the child could not be started or failed; the message ends with what it said.
    """
    order = msgspec.json.encode(Order(str(directory), now, names))
    command = [sys.executable, "-m", "vcluster_syncer.kubelet.mint"]
    # The child has to find this package and its dependencies wherever we found them.
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    try:
        done = subprocess.run(command, input=order, env=environment, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise OSError(f"issuing a node certificate took longer than {_SECONDS:g} s") from error
    if done.returncode:
        raise OSError(f"issuing a node certificate failed: {done.stderr.decode(errors='replace').strip()[-500:]}")
    return done.stdout.decode("ascii")


def child() -> None:
    """Carry out the order on standard input."""
    from vcluster_syncer.bootstrap import certs

    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    directory = Path(order.directory)
    pem = certs.Pair((directory / "ca.crt").read_bytes(), (directory / "ca.key").read_bytes())
    leaf = Leaf(name="node", common_name="vcluster-node-api", sans=order.names)
    pair = certs.issue(certs.load_authority("ca", pem), leaf, order.now)
    sys.stdout.buffer.write(pair.key + pair.cert)


if __name__ == "__main__":
    child()
