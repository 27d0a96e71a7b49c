"""Process 1 must start, restart, stop and reap without ever losing track."""

import asyncio
import itertools
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from devhost.components import Component
from devhost.supervisor import Supervisor

SERVE = (
    "import socket,sys,time,pathlib;"
    "p=pathlib.Path(sys.argv[1]);p.unlink(missing_ok=True);"
    "s=socket.socket(socket.AF_UNIX);s.bind(str(p));s.listen();print('up',flush=True);time.sleep(600)"
)


@pytest_asyncio.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    loop = asyncio.get_running_loop()
    made = Supervisor(tmp_path, loop.time, asyncio.sleep)
    loop.add_signal_handler(signal.SIGCHLD, made.reap)
    yield made
    for name in await status(made):
        await made.answer({"op": "stop", "component": name, "grace": 0})
    loop.remove_signal_handler(signal.SIGCHLD)


async def status(supervisor: Supervisor) -> dict[str, dict[str, Any]]:
    components: dict[str, dict[str, Any]] = (await supervisor.answer({"op": "status"}))["components"]
    return components


async def define(supervisor: Supervisor, name: str, script: str, ready: Path, timeout: float = 30.0) -> None:
    component = Component(name, ("python3", "-c", script, str(ready)), str(ready), timeout)
    assert (await supervisor.answer({"op": "define", "component": component.to_json()}))["ok"]


async def test_start_waits_until_ready_and_output_goes_to_the_log(supervisor: Supervisor, tmp_path: Path) -> None:
    await define(supervisor, "web", SERVE, tmp_path / "web.sock")
    answer = await supervisor.answer({"op": "start", "component": "web"})
    assert answer["ok"]
    assert (await status(supervisor))["web"] == {"pid": answer["pid"], "wanted": True, "restarts": 0, "ready": True}
    assert (tmp_path / "web.log").read_text() == "up\n"


async def test_starting_twice_keeps_the_process(supervisor: Supervisor, tmp_path: Path) -> None:
    await define(supervisor, "web", SERVE, tmp_path / "web.sock")
    first = await supervisor.answer({"op": "start", "component": "web"})
    second = await supervisor.answer({"op": "start", "component": "web"})
    assert first["pid"] == second["pid"]


async def test_a_component_that_ends_at_once_is_refused_with_its_code(supervisor: Supervisor, tmp_path: Path) -> None:
    await define(supervisor, "bad", "raise SystemExit(3)", tmp_path / "bad.sock")
    answer = await supervisor.answer({"op": "start", "component": "bad"})
    assert answer == {"ok": False, "error": "bad ended with code 3"}
    assert (await status(supervisor))["bad"]["wanted"] is False


async def test_a_component_that_dies_later_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    await define(supervisor, "web", SERVE, tmp_path / "web.sock")
    first = (await supervisor.answer({"op": "start", "component": "web"}))["pid"]
    assert first > 1
    os.kill(first, signal.SIGKILL)
    for _ in itertools.count():
        if (await status(supervisor))["web"]["restarts"]:
            break
        await asyncio.sleep(0.02)
    again = await supervisor.answer({"op": "start", "component": "web"})
    assert again["ok"]
    assert again["pid"] != first


async def test_a_stopped_component_stays_stopped(supervisor: Supervisor, tmp_path: Path) -> None:
    await define(supervisor, "web", SERVE, tmp_path / "web.sock")
    await supervisor.answer({"op": "start", "component": "web"})
    answer = await supervisor.answer({"op": "stop", "component": "web", "grace": 5})
    assert answer == {"ok": True, "exit": -signal.SIGTERM}
    assert (await status(supervisor))["web"] == {"pid": 0, "wanted": False, "restarts": 0, "ready": False}


async def test_a_component_that_ignores_sigterm_is_killed_after_its_grace(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    stubborn = f"import signal;signal.signal(signal.SIGTERM, signal.SIG_IGN);{SERVE}"
    await define(supervisor, "web", stubborn, tmp_path / "web.sock")
    await supervisor.answer({"op": "start", "component": "web"})
    answer = await supervisor.answer({"op": "stop", "component": "web", "grace": 0.1})
    assert answer == {"ok": True, "exit": -signal.SIGKILL}


async def test_an_unknown_component_is_answered_with_the_known_ones(supervisor: Supervisor, tmp_path: Path) -> None:
    await define(supervisor, "web", SERVE, tmp_path / "web.sock")
    answer = await supervisor.answer({"op": "start", "component": "wbe"})
    assert answer == {"ok": False, "error": "no component 'wbe'; there are: web"}


async def test_an_unknown_command_is_refused(supervisor: Supervisor) -> None:
    assert not (await supervisor.answer({"op": "dance"}))["ok"]
