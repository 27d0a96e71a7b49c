"""The admission webhook of the virtual API server: Services get the host's addresses before they are stored."""

from __future__ import annotations

from vcluster_syncer.admission.server import Server, serve

__all__ = ["Server", "serve"]
