from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.unit.translate.pod_samples import container, pod, scope, translated
from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON

REWRITE = "vcluster-rewrite-hosts"


def with_subdomain(**spec: object) -> JSON:
    return pod(subdomain="web", **spec)


def test_init_container_comes_first_and_all_others_mount_the_result() -> None:
    host = translated(with_subdomain(initContainers=[container(name="init")]))
    spec = host["spec"]
    assert [item["name"] for item in spec["initContainers"]] == [REWRITE, "init"]
    mount = {"name": REWRITE, "mountPath": "/etc/hosts", "subPath": "hosts"}
    assert spec["initContainers"][1]["volumeMounts"] == [mount]
    assert spec["containers"][0]["volumeMounts"] == [mount]
    assert spec["volumes"] == [{"name": REWRITE, "emptyDir": {}}]
    assert "subdomain" not in spec
    assert host["metadata"]["annotations"][markers.HOSTS_REWRITTEN] == "true"


def test_init_container_meets_the_restricted_standard() -> None:
    context = translated(with_subdomain())["spec"]["initContainers"][0]["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] > 0
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert context["seccompProfile"] == {"type": "RuntimeDefault"}


@pytest.mark.parametrize(
    ("config", "virtual"),
    [
        ({}, pod()),
        ({}, with_subdomain(hostNetwork=True)),
        ({}, with_subdomain(os={"name": "windows"})),
        ({}, pod(subdomain="web", metadata={"annotations": {markers.KEEP_HOSTS: "true"}})),
        ({"toHost": {"pods": {"rewriteHosts": {"enabled": False}}}}, with_subdomain()),
    ],
)
def test_pods_that_keep_their_hosts_file(config: JSON, virtual: JSON) -> None:
    host = translated(virtual, scope(**config))
    assert "initContainers" not in host["spec"]
    assert "subdomain" not in host["spec"]
    assert markers.HOSTS_REWRITTEN not in host["metadata"]["annotations"]


def test_a_hosts_file_of_the_user_stays() -> None:
    own = {"name": "mine", "mountPath": "/etc/hosts"}
    spec = translated(with_subdomain(containers=[container(volumeMounts=[own])]))["spec"]
    assert spec["containers"][0]["volumeMounts"] == [own]


def test_image_and_resources_come_from_the_configuration() -> None:
    settings = {"image": "mirror/alpine:1", "resources": {"limits": {"cpu": "30m"}}}
    found = translated(with_subdomain(), scope(toHost={"pods": {"rewriteHosts": settings}}))["spec"]["initContainers"]
    assert found[0]["image"] == "mirror/alpine:1"
    assert found[0]["resources"] == {"limits": {"cpu": "30m"}}


def test_script_puts_the_full_name_first(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(
        "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n10.1.2.3\tweb-0\nfd00::3\tweb-0\n10.9.9.9\tweb-01 other\n"
    )
    shell, flag, script = translated(with_subdomain())["spec"]["initContainers"][0]["command"]
    result = tmp_path / "result"
    local = script.replace("/etc/hosts", str(hosts)).replace("/hosts/hosts", str(result))
    subprocess.run([shell, flag, local], check=True)
    full = "web-0.web.shop.svc.cluster.local"
    assert result.read_text().splitlines() == [
        "127.0.0.1\tlocalhost",
        "::1\tlocalhost ip6-localhost",
        f"10.1.2.3\t{full}\tweb-0",
        f"fd00::3\t{full}\tweb-0",
        "10.9.9.9\tweb-01 other",
    ]
