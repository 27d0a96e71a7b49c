"""Certificates of etcd: an authority of its own, members that are server and client, nothing when etcd is not ours."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.unit.bootstrap.conftest import ManualClock
from tests.unit.bootstrap.host import Host
from vcluster_contract import layout
from vcluster_contract.config import SyncerConfig
from vcluster_contract.kinds import SECRETS
from vcluster_syncer.bootstrap import etcd_member
from vcluster_syncer.bootstrap.environment import Environment
from vcluster_syncer.bootstrap.errors import BootstrapError
from vcluster_syncer.bootstrap.prepare import prepare
from vcluster_syncer.kube.api import Key

ENVIRONMENT = Environment(vcluster="demo", namespace="team", pod_ip="10.1.2.3")
MEMBER = {layout.NAME_ENV: "demo", layout.NAMESPACE_ENV: "team", layout.POD_IP_ENV: "10.1.2.4"}
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


def pki(root: Path) -> Path:
    return root / layout.PKI_DIR.lstrip("/")


def certificate(root: Path, name: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate((pki(root) / f"{name}.crt").read_bytes())


def purposes(cert: x509.Certificate) -> set[x509.ObjectIdentifier]:
    return set(cert.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)


def names(cert: x509.Certificate) -> list[str]:
    return cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value.get_values_for_type(x509.DNSName)


async def test_without_an_etcd_of_ours_there_is_no_authority_for_it(
    host: Host, clock: ManualClock, tmp_path: Path
) -> None:
    await prepare(host, SyncerConfig(), ENVIRONMENT, clock, tmp_path)
    assert not list(pki(tmp_path).glob("*etcd*"))
    assert not any("etcd" in name for name in host.objects[SECRETS, Key("team", "demo-certs")]["data"])


async def test_a_member_in_the_pod_is_server_and_client_under_the_names_of_its_replicas(
    host: Host, clock: ManualClock, tmp_path: Path
) -> None:
    await prepare(host, SyncerConfig(etcd="embedded"), ENVIRONMENT, clock, tmp_path)
    authority = certificate(tmp_path, layout.ETCD_AUTHORITY)
    for name in (layout.ETCD_SERVER, layout.ETCD_PEER):
        cert = certificate(tmp_path, name)
        cert.verify_directly_issued_by(authority)
        assert purposes(cert) == {CLIENT, SERVER}
        assert "*.demo-headless.team.svc" in names(cert)
    assert purposes(certificate(tmp_path, layout.ETCD_CLIENT)) == {CLIENT}


async def test_clients_of_the_api_are_no_clients_of_etcd(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await prepare(host, SyncerConfig(etcd="embedded"), ENVIRONMENT, clock, tmp_path)
    api, etcd = (certificate(tmp_path, name).public_key() for name in ("ca", layout.ETCD_AUTHORITY))
    assert api != etcd


async def test_a_cluster_that_moves_to_etcd_keeps_its_identity(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await prepare(host, SyncerConfig(), ENVIRONMENT, clock, tmp_path)
    before = (pki(tmp_path) / "ca.crt").read_bytes()
    await prepare(host, SyncerConfig(etcd="embedded"), ENVIRONMENT, clock, tmp_path)
    assert (pki(tmp_path) / "ca.crt").read_bytes() == before
    assert {"etcd-ca.crt", "etcd-ca.key"} <= set(host.objects[SECRETS, Key("team", "demo-certs")]["data"])


async def test_a_member_in_its_own_pod_needs_the_authority_only(host: Host, clock: ManualClock, tmp_path: Path) -> None:
    await prepare(host, SyncerConfig(etcd="deployed"), ENVIRONMENT, clock, tmp_path / "plane")
    assert not (pki(tmp_path / "plane") / "etcd-server.crt").exists()
    mounted = tmp_path / "member" / layout.ETCD_AUTHORITY_DIR.lstrip("/")
    mounted.mkdir(parents=True)
    for ending in ("crt", "key"):
        file = f"{layout.ETCD_AUTHORITY}.{ending}"
        (mounted / file).write_bytes((pki(tmp_path / "plane") / file).read_bytes())
    etcd_member.prepare(MEMBER, clock.now(), tmp_path / "member")
    server, authority = (certificate(tmp_path / "member", name) for name in (layout.ETCD_SERVER, layout.ETCD_AUTHORITY))
    assert {"demo-etcd", "*.demo-etcd-headless.team.svc"} <= set(names(server))
    assert server.not_valid_after_utc == authority.not_valid_after_utc
    assert not (pki(tmp_path / "member") / "etcd-ca.key").exists()


def test_a_member_without_its_authority_says_what_is_missing(clock: ManualClock, tmp_path: Path) -> None:
    with pytest.raises(BootstrapError, match=r"etcd-ca\.crt is missing"):
        etcd_member.prepare(MEMBER, clock.now(), tmp_path)
