"""The outer side of a host's control socket: find its process 1, give it commands, run programs beside it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

from devhost.errors import HostError

Json = dict[str, Any]


def init_pid(state: Path) -> int | None:
    """The outer pid of the supervisor that runs on `state`, None when there is none."""
    wanted = [b"-m", b"devhost.supervisor", os.fsencode(state)]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if words[1:4] == wanted:
                return int(entry.name)
    return None


def ask(path: Path, request: Json, seconds: float = 180.0) -> Json:
    """Sends one command and returns its answer. Raises HostError with the supervisor's sentence when it refuses."""
    try:
        with _connect(path, seconds) as client:
            client.sendall(json.dumps(request).encode() + b"\n")
            with client.makefile("rb") as reader:
                answer: Json = json.loads(reader.readline() or b"{}")
    except OSError as error:
        raise HostError(f"the host doesn't answer on {path} ({error}): run 'python -m devhost up'") from error
    if not answer.get("ok"):
        raise HostError(str(answer.get("error", "the host closed the connection")))
    return answer


def _connect(path: Path, seconds: float) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(seconds)
    try:
        client.connect(str(path))
    except OSError:
        client.close()
        raise
    return client


def enter(pid: int, *argv: str) -> str:
    """Runs a program in the namespaces of process `pid` and returns its output. Raises HostError when it fails."""
    command = ["nsenter", f"--target={pid}", "--net", "--mount", "--pid", "--uts", "--", *argv]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise HostError(f"{' '.join(argv)} failed", (done.stderr or done.stdout).strip()[-2000:])
    return done.stdout
