"""Command line of the image: ``run`` is the syncer, ``bootstrap`` and ``bootstrap-etcd`` prepare pods."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final

import uvloop

USAGE: Final = "usage: vcluster-syncer run | bootstrap | bootstrap-etcd\n"


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the answer is the exit code (0 done, 1 cannot work, 2 usage)."""
    given = sys.argv[1:] if arguments is None else arguments
    command = _COMMANDS.get(given[0]) if len(given) == 1 else None
    if command is None:
        sys.stderr.write(USAGE)
        return 2
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(command())


async def _run() -> int:
    from vcluster_syncer.app.config_file import ConfigError
    from vcluster_syncer.app.run import run
    from vcluster_syncer.bootstrap.errors import BootstrapError
    from vcluster_syncer.kube.kubeconfig import KubeconfigError

    try:
        await run()
    except (ConfigError, BootstrapError, KubeconfigError) as error:
        sys.stderr.write(f"vcluster-syncer: {error}\n")
        return 1
    return 0


async def _bootstrap() -> int:
    from vcluster_syncer import bootstrap

    await bootstrap.main()
    return 0


async def _bootstrap_etcd() -> int:
    from vcluster_syncer.bootstrap import etcd_member
    from vcluster_syncer.clock import SystemClock

    return etcd_member.main(os.environ, SystemClock().now())


_COMMANDS: Final[dict[str, Callable[[], Coroutine[Any, Any, int]]]] = {
    "run": _run,
    "bootstrap": _bootstrap,
    "bootstrap-etcd": _bootstrap_etcd,
}

if __name__ == "__main__":
    sys.exit(main())
