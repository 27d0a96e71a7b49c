"""How much a syncer remembers, counted, so that a memory of what is long gone is found before it fills a container."""

from __future__ import annotations

import asyncio
import gc
import types
from collections import deque
from typing import Any, Final

from tests.sim.cluster import SimCluster
from tests.sim.fake_server import FakeServer
from tests.sim.witness import Witness

_CONTAINERS: Final = (dict, set, frozenset, list, tuple, deque)
_OUTSIDE: Final = (
    FakeServer,
    SimCluster,
    Witness,
    asyncio.AbstractEventLoop,
    asyncio.Future,
    type,
    types.ModuleType,
    types.FunctionType,
    types.BuiltinFunctionType,
    types.CoroutineType,
)


def remembered(root: object) -> int:
    """Items of all containers that ``root`` leads to, servers, tasks and code aside."""
    total, seen = 0, set[int]()
    todo: list[Any] = [root]
    while todo:
        item = todo.pop()
        if id(item) in seen or isinstance(item, _OUTSIDE):
            continue
        seen.add(id(item))
        if isinstance(item, _CONTAINERS):
            total += len(item)
        todo += gc.get_referents(item)
    return total
