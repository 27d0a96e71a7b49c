"""What a host cluster cannot give is told before anything is installed, and only when the host is known."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.config.linting import place
from vcluster_config.cli import cli
from vcluster_config.compile import compile_config
from vcluster_config.effects.automatic import choice
from vcluster_config.effects.rendered import Release, render
from vcluster_config.lint import check
from vcluster_config.lint.host import Host, apis_of, minor_of
from vcluster_config.lint.host_needs import APIS, FIELDS, RESIZE, Api
from vcluster_config.model import Config
from vcluster_config.model.kubernetes import types
from vcluster_config.model.shape import places
from vcluster_config.source import SourceFile
from vcluster_config.source.codes import Code
from vcluster_config.source.document import load

NEWEST = 36
BASE = "apps/v1\nnetworking.k8s.io/v1\npolicy/v1\nrbac.authorization.k8s.io/v1\nv1\n"
STRICT = "controlPlane: {statefulSet: {security: {podSecurityContext: {supplementalGroupsPolicy: Strict}}}}\n"
CUSTOM = "sync: {toHost: {customResources: {widgets.example.com: {enabled: true}}}}\n"


def found(text: str, host: Host | None) -> list[str]:
    """Findings about the host."""
    report = check([SourceFile("vcluster.yaml", text)], host=host)
    return [place(item) for item in report.diagnostics if item.code.startswith("VC3")]


def inside(version: str) -> str:
    return f"controlPlane: {{distro: {{k8s: {{version: {version}}}}}}}\n"


@pytest.mark.parametrize(
    ("version", "minor"), [("1.34", 34), ("v1.29.3", 29), ("v1.32.1+k3s1", 32), ("v1.33.5-gke.10", 33), ("1.30+", 30)]
)
def test_versions_are_read_as_clusters_and_people_write_them(version: str, minor: int) -> None:
    assert minor_of(version) == minor


@pytest.mark.parametrize("version", ["", "34", "2.1", "1.x", "latest"])
def test_other_words_are_no_version(version: str) -> None:
    with pytest.raises(ValueError, match=r"no version of Kubernetes such as 1\.34"):
        minor_of(version)


def test_apis_are_read_as_kubectl_prints_them() -> None:
    assert apis_of("apps/v1\n\nresource.k8s.io/v1beta2\nv1\n") == {"apps/v1", "resource.k8s.io/v1beta2", "v1"}
    with pytest.raises(ValueError, match="line 2 is 'NAME SHORTNAMES'"):
        apis_of("v1\nNAME SHORTNAMES\n")


def test_nothing_is_said_without_a_host_and_of_a_host_that_suffices() -> None:
    assert found(STRICT + CUSTOM, None) == []
    assert found(STRICT, Host(NEWEST, apis_of(BASE))) == []


def test_a_field_is_judged_by_its_type_and_not_by_its_name() -> None:
    path = "controlPlane.statefulSet.security.podSecurityContext.supplementalGroupsPolicy"
    assert f"1:62 VC302 {path}" in found(STRICT, Host(32))
    assert not any("VC302 controlPlane" in item for item in found(STRICT, Host(33)))
    labels = "controlPlane: {statefulSet: {pods: {labels: {supplementalGroupsPolicy: a}}}}\n"
    assert not any("VC302 controlPlane" in item for item in found(labels, Host(29)))


def test_fields_of_the_table_exist() -> None:
    assert [(name, field) for name, field in FIELDS if field not in types()[name]["fields"]] == []


def test_settings_of_the_table_exist() -> None:
    known = {".".join(item.path) for item in places(Config)}
    assert [need.path for need in APIS if need.path not in known] == []


@pytest.mark.parametrize("need", APIS, ids=lambda need: need.path)
def test_each_setting_misses_its_api_and_is_content_with_it(need: Api) -> None:
    text = need.path.replace(".", ": {") + ": true" + "}" * need.path.count(".") + "\n"
    served = need.api_version.replace("*", "v1alpha7")
    assert any(f"VC303 {need.path}" in item for item in found(text, Host(NEWEST, apis_of(BASE))))
    assert not any("VC303" in item for item in found(text, Host(NEWEST, apis_of(BASE + served))))


def test_whatever_helm_creates_beyond_the_usual_apis_is_in_the_table() -> None:
    text = "controlPlane: {serviceMonitor: {enabled: true}, tlsRoute: {enabled: true}, ingress: {enabled: true}}\n"
    config = check([SourceFile("vcluster.yaml", text)]).config
    assert config is not None
    objects = render(compile_config(config).values(), Release("a", "b")).values()
    groups = {item["apiVersion"] for item in objects} - apis_of(BASE)
    assert {group.partition("/")[0] for group in groups} == {
        need.api_version.partition("/")[0] for need in APIS if need.installed
    }


def test_custom_resources_need_their_group() -> None:
    assert found(CUSTOM, Host(NEWEST, apis_of(BASE))) == [
        '1:56 VC303 sync.toHost.customResources."widgets.example.com"'
    ]
    assert found(CUSTOM, Host(NEWEST, apis_of(BASE + "example.com/v1beta1"))) == []


@pytest.mark.parametrize(
    ("version", "host", "severity"),
    [(34, 34, ""), (36, 34, "info"), (30, 33, "info"), (36, 32, "warning"), (30, 34, "warning")],
)
def test_versions_far_apart_weigh_more(version: int, host: int, severity: str) -> None:
    report = check([SourceFile("vcluster.yaml", inside(f"v1.{version}.0"))], host=Host(host))
    assert "".join(item.severity for item in report.diagnostics if item.code is Code.VERSION_SKEW) == severity


@pytest.mark.parametrize(
    "distro", ["k3s: {enabled: true, image: {tag: v1.34.2-k3s1}}", "k8s: {apiServer: {image: {tag: v1.34.2}}}"]
)
def test_the_version_inside_is_that_of_the_distro(distro: str) -> None:
    text = f"controlPlane: {{distro: {{{distro}}}}}\n"
    assert not any("VC304" in item for item in found(text, Host(34)))
    assert any("VC304" in item for item in found(text, Host(35)))


def test_resizing_needs_it_on_both_sides() -> None:
    def warned(version: str, host: int) -> bool:
        return any("VC302 sync.toHost.pods" in item for item in found(inside(version) + "sync: {}", Host(host)))

    assert warned("v1.33.0", RESIZE - 1)
    assert not warned("v1.31.0", RESIZE - 1)
    assert not warned("v1.34.0", RESIZE)


@pytest.mark.parametrize(
    ("text", "path", "becomes"),
    [
        ("policies: {resourceQuota: {enabled: true}}", "policies.limitRange.enabled", True),
        ("policies: {resourceQuota: {enabled: false}}", "policies.limitRange.enabled", False),
        ("", "controlPlane.statefulSet.persistence.volumeClaim.enabled", True),
        ("", "rbac.clusterRole.enabled", False),
        ("sync: {fromHost: {nodes: {enabled: true}}}", "rbac.clusterRole.enabled", True),
        ("sync: {toHost: {pods: {enabled: perhaps}}}", "rbac.clusterRole.enabled", None),
    ],
)
def test_auto_becomes_what_compiles_to_the_same(text: str, path: str, becomes: bool | None) -> None:
    assert choice(load([SourceFile("vcluster.yaml", text)]), tuple(path.split("."))) is becomes


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cluster of Kubernetes 1.28 without anything added, seen through kubectl."""
    script = tmp_path / "kubectl"
    version = '{"serverVersion": {"gitVersion": "v1.28.4+vendor"}}'
    script.write_text(f"#!/bin/sh\ncase $1 in version) echo '{version}';; api-versions) printf '{BASE}';; esac\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("vcluster.yaml").write_text("controlPlane: {serviceMonitor: {enabled: true}}\n")
    Path("bytes").write_bytes(b"\xff\xfe\n")
    Path("apis").write_text(BASE + "monitoring.coreos.com/v1\n")


def run(command: str, *options: str) -> Result:
    return CliRunner().invoke(cli, [command, "vcluster.yaml", *options])


@pytest.mark.usefixtures("kubectl")
@pytest.mark.parametrize("command", ["lint", "compile"])
def test_a_live_cluster_is_asked(command: str) -> None:
    done = run(command, "--live")
    assert done.exit_code == 1
    assert "the host runs Kubernetes 1.28" in done.output
    assert "needs the API monitoring.coreos.com/v1" in done.output


@pytest.mark.usefixtures("kubectl")
def test_what_is_said_by_hand_wins() -> None:
    done = run("lint", "--live", "--host-version", "1.36", "--host-apis", "apis")
    assert (done.exit_code, done.output) == (0, "")


@pytest.mark.usefixtures("kubectl")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host-version", "newest"), "--host-version: 'newest' is no version of Kubernetes"),
        (("--host-apis", "vcluster.yaml"), "--host-apis vcluster.yaml: line 1 is"),
        (("--host-apis", "bytes"), "--host-apis bytes: line 1 is"),
    ],
)
def test_what_cannot_be_read_is_wrong_usage(options: tuple[str, str], words: str) -> None:
    done = run("lint", *options)
    assert done.exit_code == 2
    assert words in done.output
