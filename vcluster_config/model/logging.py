"""``logging``: form of our own log lines."""

from typing import Literal

from vcluster_config.model.base import Section


class Logging(Section):
    """Form of our own log lines."""

    encoding: Literal["console", "json"] = "console"
    """``json`` writes one JSON object a line, ``console`` a line for people."""
