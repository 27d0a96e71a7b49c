"""References must name the same repository for containerd, buildah and us."""

import pytest

from devhost.errors import HostError
from devhost.imageref import parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("busybox", "library/busybox:latest"),
        ("busybox:1.36", "library/busybox:1.36"),
        ("docker.io/busybox:1.36", "library/busybox:1.36"),
        ("rancher/kine:v0.17.5", "rancher/kine:v0.17.5"),
        ("registry.k8s.io/pause:3.10.1", "pause:3.10.1"),
        ("registry.k8s.io/coredns/coredns:v1.11.3", "coredns/coredns:v1.11.3"),
        ("localhost/x", "x:latest"),
        ("localhost:5000/x/y:1", "x/y:1"),
        ("10.250.0.2:5000/library/busybox", "library/busybox:latest"),
        ("ghcr.io/a/b", "a/b:latest"),
    ],
)
def test_parse(text: str, expected: str) -> None:
    assert str(parse(text)) == expected


@pytest.mark.parametrize("text", ["", " a", "a@sha256:00"])
def test_what_we_cannot_push_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(HostError, match=r"expected NAME\[:TAG\]"):
        parse(text)
