"""The two commands of the image: ``bootstrap`` for the init container and ``run`` for the syncer."""

from __future__ import annotations

import asyncio
import sys


def main() -> None:
    """Run the command named by the only argument."""
    match sys.argv[1:]:
        case ["bootstrap"]:
            from vcluster_syncer import bootstrap

            asyncio.run(bootstrap.main())
        case ["run"]:
            from vcluster_syncer import app

            app.main()
        case arguments:
            sys.exit(f"vcluster-syncer: expected 'run' or 'bootstrap', found {' '.join(arguments) or 'nothing'!r}")


if __name__ == "__main__":
    main()
