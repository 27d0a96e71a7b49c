"""What nobody may read: no Secret's value and no token in a log line, an Event or a metric, whatever goes wrong."""

from __future__ import annotations

import base64
import logging
from typing import Self

from tests.sim.cluster import SimCluster
from tests.sim.fake_server import TOKEN
from vcluster_syncer.app.logs import JsonFormatter

_WORD = "hush-hush"
_MARKS = (_WORD, base64.b64encode(_WORD.encode()).decode(), TOKEN)


def secret_value(number: int) -> str:
    """A value for a Secret's ``data`` by which it is known wherever it turns up."""
    return base64.b64encode(f"{_WORD}{number}".encode()).decode()


class Confidences(logging.Handler):
    """Listens to all that the syncer logs; ``told`` are the texts that gave something away."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []
        self.setFormatter(JsonFormatter())
        self._logger = logging.getLogger("vcluster_syncer")
        self._level = self._logger.level

    def __enter__(self) -> Self:
        self._logger.addHandler(self)
        self._logger.setLevel(logging.DEBUG)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.removeHandler(self)
        self._logger.setLevel(self._level)

    def emit(self, record: logging.LogRecord) -> None:
        """Called by logging."""
        self.judge(self.format(record))

    def judge(self, text: str) -> None:
        """Keep ``text`` if it tells what it must not."""
        if any(mark in text for mark in _MARKS):
            self.told.append(text)

    def judge_rest(self, cluster: SimCluster) -> None:
        """The same for what users and operators see besides the log."""
        for _, _, message in cluster.events.messages:
            self.judge(message)
        self.judge(cluster.registry.render())
