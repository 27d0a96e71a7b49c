"""What must exist before the control plane can start: identity, configuration files and facts of the host.

Imports nothing at hand: the syncer uses parts of this package and must not pay for the certificate library.
"""

from __future__ import annotations


async def main() -> None:
    """Run the init container; ends the process with one sentence when the control plane cannot start."""
    from vcluster_syncer.bootstrap.main import main as run

    await run()
