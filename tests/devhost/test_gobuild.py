"""Parts of one module must be built in one go, and only those the cache lacks; a failed build must leave nothing."""

from pathlib import Path

import pytest

from devhost import gobuild
from devhost.errors import HostError
from devhost.pins import AGNHOST, CONFORMANCE_TESTS, GO_PARTS, GoPart

# `go build -o` writes one file for each package: into a folder under their last elements, or to a name.
FAKE_GO = """#!/bin/sh
case "$*" in
"mod download"*) echo "{\\"Dir\\": \\"$SOURCE\\"}"; exit ;;
"mod edit"*) exit ;;
*-modfile=*) folder=${*#*-modfile=}; cp -r "${folder%%/go.mod*}/source" "$CALLS.source" ;;
esac
echo "$PWD $CGO_ENABLED $*" >> "$CALLS"
test -n "$BROKEN" && echo "undefined: x" >&2 && exit 1
while test "$1" != -o; do shift; done
output=$2
shift 2
for package; do
    case $output in */) echo built > "$output${package##*/}" ;; *) echo built > "$output" ;; esac
done
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "go"
    fake.write_text(FAKE_GO)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/usr/bin:/bin")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("SOURCE", str(tmp_path / "source"))
    (tmp_path / "source" / "pkg" / "endpoint").mkdir(parents=True)
    (tmp_path / "source" / "pkg" / "endpoint" / "init.go").write_text("every driver")
    (tmp_path / "source" / "main.go").write_text("package main")
    monkeypatch.setenv("DEVHOST_CACHE", str(tmp_path / "cache"))
    return tmp_path / "calls"


def parts(*names: str) -> tuple[GoPart, ...]:
    return tuple(GO_PARTS[name] for name in names)


def test_the_binaries_of_one_module_are_built_in_one_go(calls: Path) -> None:
    wanted = parts("kubelet", "kube-proxy", "etcd")
    told: list[str] = []
    gobuild.ensure_all(wanted, told.append)
    first, second = sorted(calls.read_text().splitlines(), key=lambda call: "etcd" in call)
    assert "/kubelet " in first
    assert first.endswith("/kube-proxy")
    assert second.endswith(GO_PARTS["etcd"].package)
    assert [gobuild.binary(part).read_text() for part in wanted] == ["built\n"] * 3
    kubernetes, etcd = (f"kubelet, kube-proxy {wanted[0].version}", f"etcd {wanted[2].version}")
    assert sorted(told) == sorted(f"{did} {name}" for did in ("building", "built") for name in (kubernetes, etcd))


def test_what_the_cache_holds_is_not_built_again(calls: Path) -> None:
    gobuild.ensure_all(parts("kubelet"), lambda _: None)
    told: list[str] = []
    gobuild.ensure_all(parts("kubelet", "kube-proxy"), told.append)
    kube_proxy = f"kube-proxy {GO_PARTS['kube-proxy'].version}"
    assert told == [f"building {kube_proxy}", f"built {kube_proxy}"]
    assert "kubelet" not in calls.read_text().splitlines()[1]


def test_only_a_part_that_needs_c_is_built_with_a_c_compiler(calls: Path) -> None:
    gobuild.ensure_all(parts("kine", "etcd"), lambda _: None)
    assert {call.split()[1] for call in calls.read_text().splitlines() if "k3s-io/kine" in call} == {"1"}
    assert {call.split()[1] for call in calls.read_text().splitlines() if "etcd.io/etcd/server" in call} == {"0"}


def test_a_package_of_tests_becomes_a_binary_of_its_own(calls: Path) -> None:
    gobuild.ensure_all((CONFORMANCE_TESTS, AGNHOST), lambda _: None)
    made = {call.split()[-1]: call.split(" 0 ")[1] for call in calls.read_text().splitlines()}
    assert made[CONFORMANCE_TESTS.package].startswith("test -c ")
    assert made[AGNHOST.package].startswith("build ")


def test_the_files_of_the_overlay_are_laid_over_a_copy_of_the_source(calls: Path, tmp_path: Path) -> None:
    gobuild.ensure(GO_PARTS["kine"])
    built = tmp_path / "calls.source"
    assert (built / "main.go").read_text() == "package main"
    assert "sqlite" in (built / "pkg" / "endpoint" / "init.go").read_text()
    assert (tmp_path / "source" / "pkg" / "endpoint" / "init.go").read_text() == "every driver"
    assert calls.exists()


def test_a_failed_build_says_what_the_compiler_said_and_leaves_nothing(
    calls: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BROKEN", "1")
    with pytest.raises(HostError, match=r"go build of kubelet v.* failed[\s\S]*undefined: x"):
        gobuild.ensure(GO_PARTS["kubelet"])
    assert calls.exists()
    assert [path.name for path in (tmp_path / "cache" / "parts").iterdir()] == ["kubernetes.lock"]
