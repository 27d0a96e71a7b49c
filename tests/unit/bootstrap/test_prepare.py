from __future__ import annotations

import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from tests.unit.bootstrap.conftest import ManualClock
from tests.unit.bootstrap.host import Host
from vcluster_contract import layout
from vcluster_contract.config import Leadership, Networking, SyncerConfig
from vcluster_contract.kinds import CONFIG_MAPS, LEASES, SECRETS, SERVICES
from vcluster_syncer.bootstrap.environment import Environment
from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.bootstrap.prepare import prepare
from vcluster_syncer.kube.api import Key

ENVIRONMENT = Environment(vcluster="demo", namespace="team", pod_ip="10.1.2.3")
DEFAULTS = SyncerConfig()
CERTS = Key("team", "demo-certs")
RUNTIME = Key("team", "vc-runtime-demo")
OWNER = {"apiVersion": "v1", "kind": "Service", "name": "demo", "uid": "service-uid"}


async def run(host: Host, clock: ManualClock, root: Path, config: SyncerConfig = DEFAULTS) -> None:
    await prepare(host, config, ENVIRONMENT, clock, root)


def read(root: Path, path: str) -> bytes:
    return (root / path.lstrip("/")).read_bytes()


def certificate(root: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(read(root, f"{layout.PKI_DIR}/{name}.crt"))


def sorted_files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted_files(root)}


async def test_first_start_leaves_owned_objects_and_a_full_volume(
    host: Host, clock: ManualClock, tmp_path: Path
) -> None:
    await run(host, clock, tmp_path)
    secret, config_map = host.objects[SECRETS, CERTS], host.objects[CONFIG_MAPS, RUNTIME]
    assert secret["metadata"]["ownerReferences"] == config_map["metadata"]["ownerReferences"] == [OWNER]
    assert secret["metadata"]["labels"] == {"app": "vcluster", "vcluster-name": "demo"}
    assert config_map["data"] == {"SERVICE_CIDR": "10.96.0.0/12", "CLUSTER_IP": "10.96.3.4"}
    assert base64.b64decode(secret["data"]["ca.key"]) == read(tmp_path, f"{layout.PKI_DIR}/ca.key")
    for name in ("apiserver", "apiserver-kubelet-client", "front-proxy-client", "webhook"):
        issuer = "front-proxy-ca" if name == "front-proxy-client" else "ca"
        certificate(tmp_path, name).verify_directly_issued_by(certificate(tmp_path, issuer))
    assert "10.1.2.3" in str(
        certificate(tmp_path, "apiserver").extensions.get_extension_for_class(x509.SubjectAlternativeName)
    )


async def test_private_files_are_readable_by_nobody_else(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await run(host, clock, tmp_path)
    modes = [path.stat().st_mode & 0o077 for path in sorted_files(tmp_path)]
    assert len(modes) > 10
    assert set(modes) == {0}


async def test_kubeconfigs_point_at_existing_files(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await run(host, clock, tmp_path)
    for path in (layout.ADMIN_KUBECONFIG, layout.CONTROLLER_MANAGER_KUBECONFIG, layout.SYNCER_KUBECONFIG):
        config = json.loads(read(tmp_path, path))
        assert config["clusters"][0]["cluster"]["server"] == "https://127.0.0.1:8443"
        assert read(tmp_path, config["users"][0]["user"]["client-certificate"])
        assert read(tmp_path, config["clusters"][0]["cluster"]["certificate-authority"])
    subject = certificate(tmp_path, "admin").subject.rfc4514_string()
    assert subject == "CN=kubernetes-admin,O=system:masters"


async def test_a_restart_changes_nothing(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await run(host, clock, tmp_path)
    before, probes = snapshot(tmp_path), host.probes
    host.writes.clear()
    clock.elapsed += timedelta(days=200)
    await run(host, clock, tmp_path)
    assert snapshot(tmp_path) == before
    assert (host.writes, host.probes) == ([], probes)


async def test_certificates_are_renewed_in_their_last_third(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await run(host, clock, tmp_path)
    authority, leaf = certificate(tmp_path, "ca"), certificate(tmp_path, "apiserver")
    clock.elapsed += timedelta(days=250)
    await run(host, clock, tmp_path)
    assert certificate(tmp_path, "ca") == authority
    assert certificate(tmp_path, "apiserver").not_valid_after_utc - leaf.not_valid_after_utc == timedelta(days=250)


async def test_another_pod_takes_over_the_identity(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await run(host, clock, tmp_path / "one")
    await run(host, clock, tmp_path / "other")
    for name in ("ca.crt", "ca.key", "sa.key", "front-proxy-ca.crt"):
        path = f"{layout.PKI_DIR}/{name}"
        assert read(tmp_path / "one", path) == read(tmp_path / "other", path)


async def test_the_loser_of_a_race_uses_the_winners_identity(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await run(host, clock, tmp_path / "winner")
    missed = [True]
    get = host.get

    async def late_get(resource: Any, key: Key) -> Any:
        if key == CERTS and missed:
            missed.clear()
            return await get(resource, Key("team", "not-yet"))
        return await get(resource, key)

    host.get = late_get  # type: ignore[method-assign]
    await run(host, clock, tmp_path / "loser")
    path = f"{layout.PKI_DIR}/ca.key"
    assert read(tmp_path / "winner", path) == read(tmp_path / "loser", path)


async def test_a_reinstallation_adopts_what_the_last_one_left(
    host: Host, clock: ManualClock, tmp_path: Path, service: dict[str, Any]
) -> None:
    await run(host, clock, tmp_path)
    host.put(SERVICES, service | {"metadata": {**service["metadata"], "uid": "new-uid"}})
    await run(host, clock, tmp_path)
    owners = [host.objects[item]["metadata"]["ownerReferences"] for item in ((SECRETS, CERTS), (CONFIG_MAPS, RUNTIME))]
    assert owners == [[OWNER | {"uid": "new-uid"}]] * 2


async def test_a_kept_range_is_not_probed_again(
    host: Host, clock: ManualClock, tmp_path: Path, service: dict[str, Any]
) -> None:
    service["metadata"]["annotations"] = {"vcluster.loft.sh/service-cidr": "10.0.0.0/8"}
    host.put(SERVICES, service)
    await run(host, clock, tmp_path)
    assert host.objects[CONFIG_MAPS, RUNTIME]["data"]["SERVICE_CIDR"] == "10.0.0.0/8"
    assert host.probes == 0


async def test_half_a_pair_is_refused_by_name(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    host.put(SECRETS, {"metadata": {"name": "demo-certs", "namespace": "team"}, "data": {"ca.crt": "eA=="}})
    with pytest.raises(BootstrapError, match=r"team/demo-certs lacks ca\.key"):
        await run(host, clock, tmp_path)


async def test_a_key_of_another_authority_is_refused(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await run(host, clock, tmp_path / "one")
    data = host.objects[SECRETS, CERTS]["data"]
    data["ca.key"] = data["front-proxy-ca.key"]
    with pytest.raises(BootstrapError, match=r"ca\.key does not belong to ca\.crt"):
        await run(host, clock, tmp_path / "two")


async def test_a_headless_service_is_refused(
    host: Host, clock: ManualClock, tmp_path: Path, service: dict[str, Any]
) -> None:
    host.put(SERVICES, service | {"spec": {"clusterIP": "None"}})
    with pytest.raises(BootstrapError, match="team/demo has no ClusterIP"):
        await run(host, clock, tmp_path)


@pytest.mark.parametrize(("version", "static"), [("v1.36.3", True), ("v1.37.0", True), ("v1.35.4", False)])
async def test_old_api_servers_get_no_plugin_they_do_not_know(
    host: Host, clock: ManualClock, tmp_path: Path, version: str, static: bool
) -> None:
    await run(host, clock, tmp_path, SyncerConfig(kubernetes_version=version))
    plugins = json.loads(read(tmp_path, layout.ADMISSION_CONFIG))["plugins"]
    assert bool(plugins) is static


async def test_a_given_service_range_is_taken_without_asking(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    config = SyncerConfig(networking=Networking(service_cidr="10.0.0.0/8"))
    await run(host, clock, tmp_path, config)
    assert host.objects[CONFIG_MAPS, RUNTIME]["data"]["SERVICE_CIDR"] == "10.0.0.0/8"
    assert host.probes == 0


async def test_a_pod_security_standard_becomes_the_default_of_every_namespace(
    host: Host, clock: ManualClock, tmp_path: Path
) -> None:
    await run(host, clock, tmp_path)
    assert "PodSecurity" not in read(tmp_path, layout.ADMISSION_CONFIG).decode()
    await run(host, clock, tmp_path, SyncerConfig(pod_security_standard="baseline"))
    plugins = {item["name"]: item for item in json.loads(read(tmp_path, layout.ADMISSION_CONFIG))["plugins"]}
    assert plugins["PodSecurity"]["configuration"]["defaults"]["enforce"] == "baseline"
    assert "MutatingAdmissionWebhook" in plugins


async def test_an_older_api_server_gets_no_static_webhooks(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await run(host, clock, tmp_path, SyncerConfig(kubernetes_version="v1.35.4"))
    assert json.loads(read(tmp_path, layout.ADMISSION_CONFIG))["plugins"] == []


async def test_the_lease_of_several_replicas_goes_with_the_release(
    host: Host, clock: ManualClock, tmp_path: Path
) -> None:
    lease = (LEASES, Key("team", "vcluster-demo-controller"))
    await run(host, clock, tmp_path)
    assert lease not in host.objects
    several = SyncerConfig(leadership=Leadership(enabled=True))
    await run(host, clock, tmp_path, several)
    assert host.objects[lease]["metadata"]["ownerReferences"] == [OWNER]
    await run(host, clock, tmp_path, several)


async def test_webhooks_of_the_operator_are_files_beside_ours(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    webhooks = tuple(
        {"kind": f"{verb}WebhookConfiguration", "metadata": {"name": "house.static.k8s.io"}}
        for verb in ("Mutating", "Validating")
    )
    await run(host, clock, tmp_path, SyncerConfig(webhooks=webhooks))
    for folder, verb in ((layout.ADMISSION_DIR, "Mutating"), (layout.VALIDATING_ADMISSION_DIR, "Validating")):
        assert json.loads(read(tmp_path, f"{folder}/house.static.k8s.io.yaml"))["kind"].startswith(verb)
    plugins = {item["name"]: item for item in json.loads(read(tmp_path, layout.ADMISSION_CONFIG))["plugins"]}
    for plugin in ("MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"):
        folder = plugins[plugin]["configuration"]["staticManifestsDir"]
        assert (tmp_path / folder.lstrip("/")).is_dir()
