"""Value types take what Kubernetes takes and refuse the rest with a reason."""

from __future__ import annotations

import pytest
from pydantic_core import PydanticCustomError

from tests.unit.config.linting import lint
from vcluster_config.model import types
from vcluster_config.model.values import ValueType
from vcluster_config.source.codes import Code

SPREAD_KEY = "topologySpreadConstraints[0].topologyKey"
GOOD = {
    "QUANTITY": ["1", 2, 0.5, "500m", "1.5Gi", "1e3", "-1", "100Ki", ".5", "1.", "1E18", "1e-9"],
    "CIDR": ["10.0.0.0/8", "fd00::/64", "0.0.0.0/0"],
    "ADDRESS": ["8.8.8.8", "::1"],
    "DURATION": ["90s", "1h30m", "0", "1.5h", "100ms"],
    "CRON": ["0 20 * * *", "*/5 * * * *", "0 8 * * mon-fri", "0 0 1,15 * *", "@daily"],
    "TIME_ZONE": ["Europe/Berlin", "UTC"],
    "HOST_NAME": ["api.example.com", "*.example.com", "localhost"],
    "SERVER": ["https://api.example.com:6443", "http://x/y?z"],
    "HOST_PORT": ["etcd:2379", "https://etcd.example.com:2379", "[::1]:2379", "a:1,b:2"],
    "REGISTRY": ["registry.k8s.io", "localhost:5000", "ghcr.io/mirror/"],
    "TAG": ["v1.2.3", "v1@sha256:" + "0" * 64],
    "IMAGE": ["library/alpine:3.20", "alpine", "reg:5000/a/b@sha256:" + "a" * 64],
    "VERSION": ["v1.35.2", "1.35", "v1.36.0-rc.1"],
    "TOLERATION": ["*", "key", "key:NoExecute", "a.b/key=value:NoSchedule"],
    "DATA_SOURCE": ["mysql://u:p@tcp(h:3306)/d", "postgres://u:p@h:5432/d?sslmode=disable"],
    "SERVICE": ["name", "namespace/name"],
    "LABEL_KEY": ["app", "example.com/name"],
    "LABEL_VALUE": ["", "x", "A_b.c-1"],
    "CRD_NAME": ["certificates.cert-manager.io"],
    "COUNT_OR_PERCENT": [1, "50%", "0"],
    "PORT": [1, 65535, "http", "80", "a-1"],
    "DNS_NAME": ["my.name-1"],
}
BAD = {
    "QUANTITY": ["1GB", "30mm", "", True, None, "1 Gi", "one", "1e9999999", "9" * 31, "\u0663Gi"],
    "CIDR": ["10.0.0.0", "10.0.0.1/8", "10.0.0.0/40", "x/8"],
    "ADDRESS": ["8.8.8", "example.com", 8],
    "DURATION": ["1", "1d", "soon", "1h 30m"],
    "CRON": ["* * * *", "60 * * * *", "0 25 * * *", "0 0 * * 8", "5-1 * * * *", "*/0 * * * *", "@often"],
    "TIME_ZONE": ["Europe/Bonn", "Mars"],
    "HOST_NAME": ["Api.example.com", "a..b", "https://x", "x" * 254],
    "SERVER": ["api.example.com", "ftp://x", "https://"],
    "HOST_PORT": ["etcd", "etcd:port", "etcd:65536", "etcd:2379,[::1]:0"],
    "REGISTRY": ["https://registry.k8s.io", "a b"],
    "TAG": ["", "-x", "a b", "x" * 129],
    "IMAGE": ["https://x/y", "library/Alpine", "", "a b"],
    "VERSION": ["1", "latest", "v2.0", "v1." + "3" * 5000, "1.\u0663"],
    "TOLERATION": ["a=b=c", "a:b:c", "k=v:NoWay", "-k"],
    "DATA_SOURCE": ["mysql://u:p@h:3306/d", "oracle://x", "host:3306", "mysql://a b"],
    "SERVICE": ["a/b/c", "A", "/x", ""],
    "LABEL_KEY": ["", "-x", "a/b/c", "x" * 64],
    "LABEL_VALUE": ["-x", "a b", "x" * 64],
    "CRD_NAME": ["certificates", "Certificates.x.io"],
    "COUNT_OR_PERCENT": ["half", -1, 1.5, "101%", 10**10, "1" * 5000],
    "PORT": [0, 65536, 10**9, "65536", "1-1", "a--b", "-a", "a" * 16],
    "DNS_NAME": ["A", "a_b", ""],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in GOOD.items() for value in values])
def test_valid_values_are_taken(name: str, value: object) -> None:
    kind: ValueType = getattr(types, name)
    assert str(kind.parse(value)) == str(value)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_invalid_values_are_refused_with_what_was_expected(name: str, value: object) -> None:
    kind: ValueType = getattr(types, name)
    with pytest.raises(PydanticCustomError) as error:
        kind.parse(value)
    assert error.value.context is not None
    assert error.value.context["expected"] == kind.expected


def test_digits_in_quotes_are_the_number_where_kubernetes_takes_both() -> None:
    assert (types.PORT.parse("80"), types.COUNT_OR_PERCENT.parse("2")) == (80, 2)


@pytest.mark.parametrize("name", GOOD)
def test_examples_of_a_type_are_valid(name: str) -> None:
    kind: ValueType = getattr(types, name)
    assert kind.examples
    assert all(kind.parse(example) == example for example in kind.examples)


def test_every_type_is_tested() -> None:
    declared = {name for name, value in vars(types).items() if isinstance(value, ValueType)}
    assert declared - {"DNS_LABEL", "HTTPS", "REPOSITORY", "BASE64"} == set(GOOD) == set(BAD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("controlPlane: {statefulSet: {highAvailability: {replicas: -1}}}", "at least 0"),
        ("controlPlane: {service: {httpsNodePort: 70000}}", "at most 65535"),
        ("controlPlane: {statefulSet: {labels: {'a b': x}}}", "a label key"),
        ("controlPlane: {statefulSet: {labels: {a: 'x y'}}}", "at most 63 letters"),
        ("sync: {toHost: {customResources: {things: {enabled: true}}}}", "plural.group"),
    ],
)
def test_bounds_and_keys_are_checked_in_place(text: str, expected: str) -> None:
    (found,) = lint(text).diagnostics
    assert expected in found.expected
    assert found.code is Code.MALFORMED_VALUE


@pytest.mark.parametrize(
    ("spec", "code", "path"),
    [
        ("tolerations: [{keey: a}]", "VC108", "tolerations[0].keey"),
        ("tolerations: [{operator: Exist}]", "VC103", "tolerations[0].operator"),
        ("tolerations: [{tolerationSeconds: '7'}]", "VC102", "tolerations[0].tolerationSeconds"),
        (
            "topologySpreadConstraints: [{maxSkew: 1, topologyKey: a}]",
            "VC105",
            "topologySpreadConstraints[0].whenUnsatisfiable",
        ),
        ("affinity: {nodeAffinity: []}", "VC102", "affinity.nodeAffinity"),
    ],
)
def test_kubernetes_objects_are_checked_against_kubernetes_schema(spec: str, code: str, path: str) -> None:
    report = lint(f"controlPlane: {{statefulSet: {{scheduling: {{{spec}}}}}}}")
    assert [(found.code, found.path) for found in report.diagnostics] == [
        (code, f"controlPlane.statefulSet.scheduling.{path}")
    ]
