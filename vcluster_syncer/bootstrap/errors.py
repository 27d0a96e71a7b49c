"""The one failure of bootstrap, so that its message can go alone into the container's termination log."""

from __future__ import annotations


class BootstrapError(Exception):
    """The control plane cannot start; the message is one sentence that says what to do."""
