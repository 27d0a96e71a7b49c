"""Words and numbers inside Kubernetes objects are held against the closed sets and bounds of the API server."""

from __future__ import annotations

import pytest

from tests.unit.config.linting import lint
from vcluster_config.model.kubernetes import KubeType, choices_of, refusals, types
from vcluster_config.source.codes import Code
from vcluster_config.source.diagnostic import Span
from vcluster_config.source.node import Entry, Items, Scalar, mapping

HERE = Span("vcluster.yaml", 1, 1, 1, 2)
SCHEDULING = "controlPlane:\n  statefulSet:\n    scheduling:\n      "
CONTAINER = "controlPlane:\n  statefulSet:\n    sidecarContainers:\n    - name: a\n      image: b\n      "
SECURITY = "controlPlane:\n  statefulSet:\n    security:\n      "
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
AFFINITY = f"affinity: {{podAntiAffinity: {{{REQUIRED}: [{{topologyKey: a, labelSelector: "
SPREAD = SCHEDULING + "topologySpreadConstraints: [{topologyKey: a, "
CLOSED = [(name, field) for name, known in types().items() for field in known.get("choices", ())]


@pytest.mark.parametrize(
    ("text", "wrong", "meant"),
    [
        (CONTAINER + "imagePullPolicy: allways", "allways", "Always"),
        (CONTAINER + "terminationMessagePolicy: file", "file", "File"),
        (CONTAINER + "restartPolicy: always", "always", "Always"),
        (CONTAINER + "livenessProbe: {httpGet: {port: 80, scheme: https}}", "https", "HTTPS"),
        (CONTAINER + "ports: [{containerPort: 80, protocol: tcp}]", "tcp", "TCP"),
        (CONTAINER + "volumeMounts: [{name: a, mountPath: /a, recursiveReadOnly: Enable}]", "Enable", "Enabled"),
        (CONTAINER + "securityContext: {seccompProfile: {type: RuntimDefault}}", "RuntimDefault", "RuntimeDefault"),
        (CONTAINER + "securityContext: {procMount: default}", "default", "Default"),
        (CONTAINER + "resizePolicy: [{resourceName: cpu, restartPolicy: NotRequird}]", "NotRequird", "NotRequired"),
        (SCHEDULING + "tolerations: [{operator: Exist}]", "Exist", "Exists"),
        (SCHEDULING + "tolerations: [{key: a, effect: NoSchedul}]", "NoSchedul", "NoSchedule"),
        (
            SPREAD + "maxSkew: 1, whenUnsatisfiable: DoNotSchedul}]",
            "DoNotSchedul",
            "DoNotSchedule",
        ),
        (SCHEDULING + AFFINITY + "{matchExpressions: [{key: a, operator: Inn}]}}]}}", "Inn", "In"),
        (SECURITY + "podSecurityContext: {fsGroupChangePolicy: OnRootMissmatch}", "OnRootMissmatch", "OnRootMismatch"),
        ("controlPlane:\n  service:\n    spec: {type: Loadbalancer}", "Loadbalancer", "LoadBalancer"),
        ("controlPlane:\n  service:\n    spec: {ipFamilies: [IPv5]}", "IPv5", "IPv6"),
        ("controlPlane:\n  service:\n    spec: {externalTrafficPolicy: local}", "local", "Local"),
    ],
)
def test_a_word_outside_the_set_is_found_where_it_stands(text: str, wrong: str, meant: str) -> None:
    (found,) = lint(text).diagnostics
    last = text.count("\n") + 1
    column = text.splitlines()[-1].rindex(wrong) + 1
    assert (found.code, found.span.line, found.span.column) == (Code.NOT_ONE_OF, last, column)
    assert [item.title for item in found.suggestions] == [f"did you mean {meant}?"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONTAINER + "ports: [{containerPort: 70000}]", "at most 65535"),
        (CONTAINER + "livenessProbe: {exec: {command: [a]}, periodSeconds: 2147483648}", "at most 2147483647"),
        (
            SCHEDULING + "tolerations: [{operator: Exists, effect: NoExecute, tolerationSeconds: 9223372036854775808}]",
            "at most 9223372036854775807",
        ),
        (CONTAINER + "startupProbe: {tcpSocket: {port: 0}}", "at least 1"),
        (
            SPREAD + "maxSkew: 0, whenUnsatisfiable: DoNotSchedule}]",
            "at least 1",
        ),
    ],
)
def test_a_number_out_of_bounds_is_found(text: str, expected: str) -> None:
    (found,) = lint(text).diagnostics
    assert found.code is Code.MALFORMED_VALUE
    assert found.expected.startswith(expected)


def test_numbers_of_64_bits_may_be_large() -> None:
    text = SCHEDULING + "tolerations: [{operator: Exists, effect: NoExecute, tolerationSeconds: 2147483648}]"
    assert lint(text).diagnostics == []


@pytest.mark.parametrize(("name", "field"), CLOSED)
def test_every_closed_set_takes_its_own_words_and_no_other(name: str, field: str) -> None:
    def refused(word: str) -> list[str]:
        value = Scalar(HERE, word, word)
        many = types()[name]["fields"][field].startswith("[]")
        node = mapping(HERE, [Entry(field, HERE, Items(HERE, (value,), 1) if many else value)])
        found = refusals(KubeType(name, partial=True), node, ("x",))
        return [item.error["type"] for item in found if item.schema]

    assert choices_of(name, field)
    assert [refused(word) for word in choices_of(name, field)] == [[]] * len(choices_of(name, field))
    assert refused("surely-not") == ["literal_error"]


def test_optional_words_may_be_empty_and_needed_ones_not() -> None:
    assert "" in choices_of("Toleration", "operator")
    assert "" not in choices_of("NodeSelectorRequirement", "operator")
