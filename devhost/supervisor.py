"""Process 1 of a host's namespaces: starts, restarts and reaps its components, so that its end is the end of them all.

Commands arrive on a unix socket, one JSON object per connection, and are answered by one:
`{"op": "start", "component": NAME}`, `{"op": "stop", "component": NAME, "grace": SECONDS}`,
`{"op": "define", "component": {...}}`, `{"op": "status"}`.
An answer is `{"ok": true, ...}` or `{"ok": false, "error": SENTENCE}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from devhost import inside, probe
from devhost.components import Component

POLL_SECONDS = 0.05
RESTART_SECONDS = 1.0
KILL_SECONDS = 10.0

Json = dict[str, Any]
Sleep = Callable[[float], Awaitable[None]]


@dataclass
class Running:
    """What the supervisor knows of one component; `pid` 0 means it isn't running."""

    component: Component
    pid: int = 0
    wanted: bool = False
    restarts: int = 0
    exit: int | None = None
    exited: asyncio.Event = field(default_factory=asyncio.Event)


class Supervisor:
    """Holds the components of one host; `logs` is the folder their output is appended to."""

    def __init__(self, logs: Path, clock: Callable[[], float], sleep: Sleep) -> None:
        self._logs = logs
        self._clock = clock
        self._sleep = sleep
        self._known: dict[str, Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def reap(self) -> None:
        """Collects every child that ended, orphans of the containers included."""
        with contextlib.suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == 0:
                    return
                for running in self._known.values():
                    if running.pid == pid:
                        self._ended(running, os.waitstatus_to_exitcode(status))

    def _ended(self, running: Running, code: int) -> None:
        running.pid, running.exit = 0, code
        running.exited.set()
        if running.wanted:
            task = asyncio.get_running_loop().create_task(self._restart(running))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _restart(self, running: Running) -> None:
        await self._sleep(RESTART_SECONDS)
        if running.wanted and not running.pid:
            running.restarts += 1
            self._spawn(running)

    async def answer(self, request: Json) -> Json:
        """Carries out one command."""
        match request:
            case {"op": "define", "component": dict(fields)}:
                return self._define(Component(**{**fields, "argv": tuple(fields["argv"])}))
            case {"op": "start", "component": str(name)} if name in self._known:
                return await self._start(self._known[name])
            case {"op": "stop", "component": str(name), "grace": float() | int() as grace} if name in self._known:
                return await self._stop(self._known[name], grace)
            case {"op": "start" | "stop", "component": str(name)}:
                return _refuse(f"no component {name!r}; there are: {', '.join(self._known)}")
            case {"op": "status"}:
                known = dict(self._known)
                answers = await asyncio.gather(*(asyncio.to_thread(_status, running) for running in known.values()))
                return {"ok": True, "components": dict(zip(known, answers, strict=True))}
            case _:
                return _refuse(f"unknown command {request!r}")

    def _define(self, component: Component) -> Json:
        known = self._known.setdefault(component.name, Running(component))
        known.component = component
        return {"ok": True}

    async def _start(self, running: Running) -> Json:
        running.wanted = True
        if not running.pid:
            self._spawn(running)
        component = running.component
        end = self._clock() + component.timeout
        while self._clock() < end:
            if await asyncio.to_thread(probe.ready, component.ready):
                return {"ok": True, "pid": running.pid}
            if running.exited.is_set() and not running.pid:
                running.wanted = False
                return _refuse(f"{component.name} ended with code {running.exit}")
            await self._sleep(POLL_SECONDS)
        return _refuse(f"{component.name} isn't ready after {component.timeout:.0f} s ({component.ready})")

    def _spawn(self, running: Running) -> None:
        component = running.component
        log = str(self._logs / f"{component.name}.log")
        program = shutil.which(component.argv[0]) or component.argv[0]
        running.exited.clear()
        running.pid = os.posix_spawn(
            program,
            component.argv,
            os.environ,
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )

    async def _stop(self, running: Running, grace: float) -> Json:
        running.wanted = False
        signals = (
            ((signal.SIGTERM, grace), (signal.SIGKILL, KILL_SECONDS)) if grace else ((signal.SIGKILL, KILL_SECONDS),)
        )
        for sign, seconds in signals:
            if not running.pid:
                break
            os.kill(running.pid, sign)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(running.exited.wait(), seconds)
        return {"ok": True, "exit": running.exit}


def _refuse(sentence: str) -> Json:
    return {"ok": False, "error": sentence}


def _status(running: Running) -> Json:
    return {
        "pid": running.pid,
        "wanted": running.wanted,
        "restarts": running.restarts,
        "ready": bool(running.pid) and probe.ready(running.component.ready),
    }


async def serve(state: Path, clock: Callable[[], float], sleep: Sleep) -> None:
    """Answers commands on `state/control.sock` until the process is killed."""
    supervisor = Supervisor(state / "log", clock, sleep)
    asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, supervisor.reap)

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError):
            answer = await supervisor.answer(json.loads(await reader.readline()))
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    path = state / "control.sock"
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(handle, path)
    async with server:
        await server.serve_forever()


def main(state: Path, hostname: str) -> None:
    """Prepares the namespaces it was started in, then serves."""
    inside.prepare(state, hostname)
    clock = asyncio.new_event_loop().time
    asyncio.run(serve(state, clock, asyncio.sleep))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
