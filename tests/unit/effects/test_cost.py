"""What a virtual cluster sets aside is what a scheduler and a quota would count."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.effects.configs import RELEASE, difference, values
from vcluster_config import quantity
from vcluster_config.cli import cli
from vcluster_config.effects.cost import Cost, as_text, costs, total

CLAIMS = {"controlPlane": {"statefulSet": {"persistence": {"volumeClaim": {"size": "7Gi"}}}}}
THREE = {
    "controlPlane": {
        "backingStore": {"etcd": {"embedded": {"enabled": True}}},
        "statefulSet": {"highAvailability": {"replicas": 3}},
    }
}


def found(settings: object) -> dict[str, Cost]:
    return {item.name: item for item in costs(values(json.dumps(settings)), RELEASE)}


def of_pod(pod: object) -> Cost:
    """Cost of a StatefulSet with this pod that a file brings along."""
    manifest = {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "own"}, "spec": pod}
    return found({"experimental": {"deploy": {"host": {"manifests": json.dumps(manifest)}}}})["StatefulSet/own"]


def container(cpu: str, **more: object) -> dict[str, object]:
    return {"name": "a", "resources": {"requests": {"cpu": cpu}, "limits": {"cpu": cpu}}, **more}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500m", Fraction(1, 2)),
        ("2", Fraction(2)),
        ("1.5", Fraction(3, 2)),
        (3, Fraction(3)),
        ("4Gi", Fraction(4 * 1024**3)),
        ("1k", Fraction(1000)),
        ("1e3", Fraction(1000)),
        ("1E", Fraction(10**18)),
        ("5n", Fraction(5, 10**9)),
        ("much", None),
        ("", None),
    ],
)
def test_quantities_are_exact(text: object, value: Fraction | None) -> None:
    assert quantity.parse(text) == value


@given(st.integers(0, 10**6), st.sampled_from(["cpu", "memory", "pods"]))
def test_what_is_spelled_reads_the_same(number: int, resource: str) -> None:
    value = Fraction(number, 1000) if resource == "cpu" else Fraction(number * (1024**2 if resource == "memory" else 1))
    assert quantity.parse(quantity.spell(resource, value)) == value


def test_a_pod_counts_as_a_scheduler_counts_it() -> None:
    sidecar = container("300m", restartPolicy="Always")
    pod: dict[str, object] = {
        "initContainers": [container("1"), sidecar, container("900m")],
        "containers": [container("100m")],
    }
    cost = of_pod({"replicas": 2, "template": {"spec": pod}})
    # Before the sidecar 1, beside it 300m + 900m, at work 300m + 100m: the most counts.
    assert cost.spelled() == {"requests.cpu": "2400m", "limits.cpu": "2400m"}
    pod["containers"] = [container("1"), container("1")]
    assert of_pod({"template": {"spec": pod}}).spelled()["requests.cpu"] == "2300m"


def test_a_container_without_a_limit_makes_limits_endless() -> None:
    endless = {"name": "b", "resources": {"requests": {"cpu": "1"}}}
    cost = of_pod({"template": {"spec": {"containers": [container("1"), endless]}}})
    assert (cost.spelled(), cost.unlimited) == ({"requests.cpu": "2"}, ("cpu",))


@pytest.mark.parametrize("spec", [None, 7, {"template": None}, {"template": {"spec": {"containers": [1, {}]}}}])
def test_malformed_manifests_cost_nothing(spec: object) -> None:
    assert of_pod(spec).amounts == {}


def test_claims_and_pods_count_for_each_replica() -> None:
    assert found(CLAIMS)["StatefulSet/demo"].spelled()["storage"] == "7Gi"
    one, three = found({})["StatefulSet/demo"], found(THREE)["StatefulSet/demo"]
    assert (three.pods, three.spelled()["storage"]) == (3, "15Gi")
    assert three.amounts["requests.memory"] > 3 * one.amounts["requests.memory"]


def test_dns_inside_runs_on_the_host_too() -> None:
    settings = {"controlPlane": {"coredns": {"deployment": {"replicas": 2}}}}
    dns = found(settings)["Deployment/coredns inside"]
    assert (dns.pods, dns.spelled()["limits.memory"]) == (2, "340Mi")
    assert "Deployment/coredns inside" not in found({"controlPlane": {"coredns": {"enabled": False}}})


def test_all_is_the_sum_and_knows_only_limits_that_all_have() -> None:
    every = found({}).values()
    everything = total(every)
    assert everything.amounts["requests.cpu"] == sum(item.amounts["requests.cpu"] for item in every)
    assert "limits.cpu" not in everything.amounts
    assert "cpu" in everything.unlimited
    assert as_text(list(every)).splitlines()[-1].startswith("all, 2 pods: requests cpu ")


def test_a_difference_tells_what_changes() -> None:
    change = difference("{}", json.dumps(CLAIMS)).cost
    assert [(item.resource, item.before, item.after) for item in change] == [("storage", "5Gi", "7Gi")]
    assert difference("{}", "{}").cost == ()


def test_the_command_prints_it_and_leaves_files_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("vcluster.yaml").write_text("{}\n")
    alone = CliRunner().invoke(cli, ["compile", "vcluster.yaml", "--cost"])
    assert alone.stdout.startswith("StatefulSet/NAME, 1 pod: requests cpu ")
    beside = CliRunner().invoke(cli, ["compile", "vcluster.yaml", "--cost", "-o", "out"])
    assert (beside.stdout, Path("out/values.yaml").is_file()) == ("", True)
    assert alone.stdout in beside.stderr
