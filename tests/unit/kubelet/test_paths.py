from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcluster_syncer.kube.api import Key
from vcluster_syncer.kubelet.paths import NodeCall, PodCall, host_target, parse_target

HOST = Key("team", "web-x-default-x-vc")
PREFIX = "/api/v1/namespaces/team/pods/web-x-default-x-vc/"


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/containerLogs/default/web/app", "log?container=app"),
        (
            "/containerLogs/default/web/app?follow=true&sinceTime=2026-01-01T00%3A00%3A00Z&stream=Stderr&odd=1",
            "log?container=app&follow=true&sinceTime=2026-01-01T00%3A00%3A00Z&stream=Stderr",
        ),
        (
            "/containerLogs/default/web/app?previous=true&limitBytes=10&timestamps=true&sinceSeconds=3&tailLines=1",
            "log?container=app&previous=true&limitBytes=10&timestamps=true&sinceSeconds=3&tailLines=1",
        ),
        ("/exec/default/web/app?command=a&command=b+c", "exec?command=a&command=b+c&container=app"),
        ("/exec/default/web/app?command=a&input=1&tty=1", "exec?command=a&container=app&stdin=true&tty=true"),
        ("/exec/default/web/uid-1/app?command=a&output=1", "exec?command=a&container=app&stdout=true"),
        ("/exec/default/web/app?command=a&container=evil&error=0", "exec?command=a&container=app"),
        ("/attach/default/web/app?error=true&command=x", "attach?container=app&stderr=true"),
        ("/portForward/default/web", "portforward"),
        ("/portForward/default/web/uid-1?port=80&port=81", "portforward?ports=80&ports=81"),
    ],
)
def test_a_call_on_a_pod_becomes_the_host_call(target: str, expected: str) -> None:
    call = parse_target(target)
    assert isinstance(call, PodCall)
    assert call.pod == Key("default", "web")
    assert host_target(call, HOST) == PREFIX + expected


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/pods",
        "/stats/summary",
        "/exec/default/web",
        "/containerLogs/a/b/c/d",
        "/containerLogs//web/app",
        "/logs/",
    ],
)
def test_everything_else_is_about_the_node(target: str) -> None:
    assert isinstance(parse_target(target), NodeCall)


@given(target=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)).map(lambda text: "/exec/a/b/" + text))
def test_no_target_leaves_the_pod(target: str) -> None:
    call = parse_target(target)
    if isinstance(call, PodCall):
        path = host_target(call, HOST).partition("?")[0]
        assert path == PREFIX + "exec"


@pytest.mark.parametrize(("query", "follows"), [("", False), ("?follow=false", False), ("?follow=true", True)])
def test_following_is_known(query: str, *, follows: bool) -> None:
    call = parse_target("/containerLogs/a/b/c" + query)
    assert isinstance(call, PodCall)
    assert call.follows is follows
