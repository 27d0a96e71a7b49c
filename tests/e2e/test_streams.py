"""Scenario 3: logs, exec, attach, port-forward, cp and debug behave as on any cluster, for new and old kubectl."""

from __future__ import annotations

import hashlib
import os
import pty
import socket
import subprocess
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import Kubectl
from tests.e2e.harness.reading import read_until
from tests.e2e.harness.shell import CommandFailed
from tests.e2e.harness.vcluster import VirtualCluster


@pytest.fixture(scope="module", params=["new", "old"])
def kubectl(shared: VirtualCluster, request: pytest.FixtureRequest) -> Kubectl:
    if request.param == "old" and shared.host.old_kubectl is None:
        pytest.skip("no old kubectl at hand")
    kubectl = shared.kubectl(old=request.param == "old")
    kubectl.apply_workload("streams.yaml")
    kubectl.wait("condition=Ready", "pod/tools", "pod/echo")
    return kubectl


def test_logs_follow_and_tail(kubectl: Kubectl) -> None:
    assert kubectl("logs", "tools", "--container=shell") == "started"
    with kubectl.process(
        "logs", "--follow", "--tail=2", "tools", "--container=clock", stdout=subprocess.PIPE
    ) as following:
        assert following.stdout is not None
        numbers = [int(following.stdout.readline().split()[1]) for _ in range(6)]
    assert numbers == list(range(numbers[0], numbers[0] + 6))


def test_exec_passes_input_output_and_the_exit_status(kubectl: Kubectl) -> None:
    assert kubectl.raw("exec", "--stdin", "tools", "--", "sha256sum", stdin=b"a" * 1_000_000).split()[0].decode() == (
        hashlib.sha256(b"a" * 1_000_000).hexdigest()
    )
    with pytest.raises(CommandFailed) as failure:
        kubectl.sh("tools", "echo out; echo problem >&2; exit 7")
    assert failure.value.status == 7
    assert "problem" in failure.value.output


def test_exec_gives_a_terminal(kubectl: Kubectl) -> None:
    ours, theirs = pty.openpty()
    with kubectl.process("exec", "-it", "tools", "--", "sh", stdin=theirs, stdout=theirs, stderr=theirs) as shell:
        os.write(ours, b"tty && echo done-$((1 + 1)); exit 4\n")
        seen = read_until(ours, b"done-2")
        assert shell.wait(timeout=30) == 4
    os.close(ours)
    os.close(theirs)
    assert b"/dev/pts/" in seen


def test_attach_talks_to_the_running_process(kubectl: Kubectl) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with kubectl.process("attach", "--stdin", "--quiet", "echo", **pipes) as attached:
        assert attached.stdin is not None
        assert attached.stdout is not None
        attached.stdin.write(b"hello\n")
        attached.stdin.flush()
        assert attached.stdout.readline() == b"heard hello\n"


def test_port_forward_carries_concurrent_streams(kubectl: Kubectl) -> None:
    kubectl.sh("tools", "head -c 3000000 /dev/urandom > /www/blob", "--container=shell")
    expected = kubectl.sh("tools", "sha256sum /www/blob", "--container=shell").split()[0]
    with kubectl.process("port-forward", "tools", ":8080", stdout=subprocess.PIPE) as forward:
        assert forward.stdout is not None
        port = int(forward.stdout.readline().split(b":")[1].split()[0])

        def fetch(_: int) -> str:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/blob", timeout=60) as answer:
                return hashlib.sha256(answer.read()).hexdigest()

        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(fetch, range(16))) == {expected}


def test_a_refused_forward_does_not_end_the_others(kubectl: Kubectl) -> None:
    with kubectl.process("port-forward", "tools", ":8080", ":1", stdout=subprocess.PIPE) as forward:
        assert forward.stdout is not None
        ports: dict[int, int] = {}
        while len(ports) < 2:
            words = forward.stdout.readline().decode().split()
            ports[int(words[-1])] = int(words[2].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", ports[1]), timeout=10) as refused:
            refused.settimeout(10)
            assert refused.recv(1) == b""
        kubectl.sh("tools", "echo fine > /www/fine", "--container=shell")


def test_a_large_file_is_copied_both_ways(kubectl: Kubectl, tmp_path: Path) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(os.urandom(1 << 20) * 50)
    kubectl("cp", str(sent), "tools:/tmp/blob", "--container=shell", timeout=300)
    checksum = hashlib.sha256(sent.read_bytes()).hexdigest()
    assert kubectl.sh("tools", "sha256sum /tmp/blob", "--container=shell").split()[0] == checksum
    back = tmp_path / "back"
    kubectl("cp", "tools:/tmp/blob", str(back), "--container=shell", timeout=300)
    assert hashlib.sha256(back.read_bytes()).hexdigest() == checksum


def test_debug_adds_a_container_to_the_running_pod(kubectl: Kubectl) -> None:
    name = f"debug-{os.urandom(3).hex()}"
    command = ("--image=busybox:1.36", f"--container={name}", "--target=shell", "--", "sh", "-c", "ps; sleep 600")
    kubectl("debug", "tools", "--profile=general", *command)

    def output() -> str:
        return kubectl("logs", "tools", f"--container={name}")

    assert "httpd" in eventually(output, "the debug container sees the target's processes")


def test_the_previous_container_keeps_its_log(kubectl: Kubectl) -> None:
    name = f"crash-{os.urandom(3).hex()}"
    kubectl("run", name, "--image=busybox:1.36", "--", "sh", "-c", "echo last words; sleep 1; exit 1")
    previous = eventually(lambda: kubectl("logs", name, "--previous"), "the container was restarted")
    assert previous == "last words"
    kubectl("delete", "pod", name, "--now")
