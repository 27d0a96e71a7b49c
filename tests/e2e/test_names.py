"""DNS inside answers for everything that has a name, in both directions, and follows what happens."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.e2e.harness.eventually import eventually
from tests.e2e.harness.kubectl import JSON, Kubectl
from tests.e2e.harness.shell import CommandFailed
from tests.e2e.harness.vcluster import VirtualCluster

ZONE = "names.svc.cluster.local"
Look = Callable[[str], str]


@pytest.fixture(scope="module")
def names(shared: VirtualCluster) -> Kubectl:
    kubectl = shared.kubectl()
    kubectl.apply_workload("names.yaml")
    within = kubectl.within("names")
    within.ready("deployment/peer")
    within.wait("condition=Ready", "pod/asker")
    return within


@pytest.fixture(scope="module")
def look(names: Kubectl) -> Look:
    """Answers of the name server to ``nslookup ARGUMENTS``, without the lines about the server itself."""

    def ask(arguments: str) -> str:
        return names.sh("asker", f"nslookup {arguments}").partition("\n\n")[2]

    eventually(lambda: ask(f"peer.{ZONE}"), "DNS knows the Service")
    return ask


def addresses(answer: str) -> set[str]:
    return set(re.findall(r"^Address: (\S+)$", answer, re.MULTILINE))


def peers(names: Kubectl) -> list[JSON]:
    return names.items("pods", "--selector=app=peer")


def peer_addresses(names: Kubectl) -> set[str]:
    return {pod["status"]["podIP"] for pod in peers(names) if "deletionTimestamp" not in pod["metadata"]}


def reversed_name(address: str) -> str:
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa"


def test_a_service_is_known_by_its_address_and_back(names: Kubectl, look: Look) -> None:
    address = names.get("service/peer")["spec"]["clusterIP"]
    assert addresses(look(f"peer.{ZONE}")) == {address}
    assert look(address).split() == [reversed_name(address), "name", "=", f"peer.{ZONE}"]


def test_a_headless_service_names_its_pods_and_follows_them(names: Kubectl, look: Look) -> None:
    assert addresses(look(f"peers.{ZONE}")) == peer_addresses(names)
    assert len(peer_addresses(names)) == 2
    names("scale", "deployment/peer", "--replicas=3")
    names.ready("deployment/peer")
    eventually(lambda: addresses(look(f"peers.{ZONE}")) == peer_addresses(names), "the third Pod is known")
    names("scale", "deployment/peer", "--replicas=2")
    eventually(lambda: len(addresses(look(f"peers.{ZONE}"))) == 2, "the third Pod is forgotten")
    assert addresses(look(f"peers.{ZONE}")) == peer_addresses(names)


def test_ports_are_found_by_their_names(names: Kubectl, look: Look) -> None:
    found = re.findall(r"service = \d+ \d+ (\d+) (\S+)", look(f"-type=SRV _http._tcp.peers.{ZONE}"))
    expected = {f"{address.replace('.', '-')}.peers.{ZONE}" for address in peer_addresses(names)}
    assert {port for port, _ in found} == {"8080"}
    assert {target for _, target in found} == expected
    assert addresses(look(found[0][1])) <= peer_addresses(names)


def test_a_pod_has_a_name_in_both_directions(names: Kubectl, look: Look) -> None:
    address = peers(names)[0]["status"]["podIP"]
    dashed = address.replace(".", "-")
    assert addresses(look(f"{dashed}.names.pod.cluster.local")) == {address}
    assert f"{dashed}.peers.{ZONE}" in look(address).split()


def test_an_external_name_leads_to_what_it_names(names: Kubectl, look: Look) -> None:
    assert f"outside.{ZONE}\tcanonical name = db.example.com" in look(f"outside.{ZONE}")
    told = {pod["metadata"]["name"] for pod in peers(names)}
    assert names.sh("asker", "timeout 5 wget -q -O- http://alias/name") in told


def test_a_name_that_nobody_has_does_not_exist(names: Kubectl) -> None:
    with pytest.raises(CommandFailed, match="NXDOMAIN"):
        names.sh("asker", f"nslookup nobody.{ZONE}")


def test_endpoints_filled_by_hand_carry_traffic(names: Kubectl) -> None:
    target = peers(names)[0]
    endpoint = {"addresses": [target["status"]["podIP"]], "conditions": {"ready": True}}
    labels = {"kubernetes.io/service-name": "by-hand", "endpointslice.kubernetes.io/managed-by": "somebody"}
    names.apply(
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {"name": "by-hand-1", "namespace": "names", "labels": labels},
            "addressType": "IPv4",
            "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}],
            "endpoints": [endpoint],
        }
    )
    fetch = "timeout 5 wget -q -O- http://by-hand/name"
    told = eventually(lambda: names.sh("asker", fetch), "the Service leads to the Pod")
    assert told == target["metadata"]["name"]
