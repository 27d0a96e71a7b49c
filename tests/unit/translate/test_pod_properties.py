from __future__ import annotations

import copy
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sim.patches import merge
from tests.unit.translate.pod_samples import inputs, meta_of, pod, scope
from vcluster_contract import names
from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.pod_applied import applied_spec
from vcluster_syncer.translate.pod_metadata import pod_metadata
from vcluster_syncer.translate.pod_status import status_patch
from vcluster_syncer.translate.pod_tokens import token_secret_key
from vcluster_syncer.translate.pod_update import update_patch
from vcluster_syncer.translate.pods import host_pod
from vcluster_syncer.translate.references import references

QUIET = settings(max_examples=50)
"""Examples are cheap, but the machine may be busy."""
WHERE = scope(toHost={"pods": {"enforceTolerations": [{"key": "t", "operator": "Exists"}]}})
labels_ = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
names_ = st.from_regex(r"[a-z0-9]([a-z0-9.-]{0,70}[a-z0-9])?", fullmatch=True).filter(
    lambda name: ".." not in name and ".-" not in name and "-." not in name
)
maps = st.dictionaries(labels_, labels_, max_size=3)
sources = st.one_of(
    st.builds(lambda name: {"configMap": {"name": name}}, labels_),
    st.builds(lambda name: {"secret": {"secretName": name}}, labels_),
    st.builds(lambda name: {"persistentVolumeClaim": {"claimName": name}}, labels_),
    st.builds(lambda path: {"projected": {"sources": [{"serviceAccountToken": {"path": path}}]}}, labels_),
    st.just({"emptyDir": {}}),
)
variables = st.one_of(
    st.builds(lambda name, value: {"name": name, "value": value}, labels_, st.text(max_size=8)),
    st.builds(
        lambda name, ref: {"name": name, "valueFrom": {"secretKeyRef": {"name": ref, "key": "k"}}}, labels_, labels_
    ),
)


@st.composite
def pods(draw: st.DrawFn) -> JSON:
    spec: dict[str, Any] = {
        "containers": [
            {"name": name, "image": draw(labels_), "env": draw(st.lists(variables, max_size=2))}
            for name in draw(st.lists(labels_, min_size=1, max_size=3, unique=True))
        ],
        "volumes": [{"name": name, **draw(sources)} for name in draw(st.lists(labels_, max_size=3, unique=True))],
        "tolerations": [{"key": key} for key in draw(st.lists(labels_, max_size=2, unique=True))],
    }
    if draw(st.booleans()):
        spec["subdomain"] = draw(labels_)
    if draw(st.booleans()):
        spec["schedulingGates"] = [{"name": draw(labels_)}]
    metadata = {"labels": draw(maps), "annotations": draw(maps)}
    return pod(draw(names_), draw(labels_), metadata=metadata, **spec)


@QUIET
@given(pods(), maps)
def test_translation_is_pure_and_repeatable(virtual: JSON, labels: dict[str, str]) -> None:
    before = msgspec.json.encode(virtual)
    first = host_pod(WHERE, virtual, inputs(namespace_labels=labels))
    assert msgspec.json.encode(virtual) == before
    assert host_pod(WHERE, msgspec.json.decode(before), inputs(namespace_labels=labels)) == first


@QUIET
@given(pods(), maps)
def test_a_translated_pod_needs_no_update(virtual: JSON, labels: dict[str, str]) -> None:
    host = host_pod(WHERE, virtual, inputs(namespace_labels=labels))
    applied = applied_spec(WHERE, virtual["spec"])
    assert update_patch(pod_metadata(WHERE, virtual, labels, applied), applied, host, meta_of(host)) == {}


@QUIET
@given(pods(), pods())
def test_one_update_is_enough(old: JSON, new: JSON) -> None:
    new = {**new, "metadata": {**new["metadata"], **{k: old["metadata"][k] for k in ("name", "namespace", "uid")}}}
    new["spec"] = {**new["spec"], "containers": old["spec"]["containers"]}
    host = host_pod(WHERE, old, inputs())
    host["metadata"]["resourceVersion"] = "1"
    applied = applied_spec(WHERE, new["spec"])
    metadata = pod_metadata(WHERE, new, {}, applied)
    after = merge(host, update_patch(metadata, applied, host, meta_of(host)))
    assert update_patch(metadata, applied, after, meta_of(after)) == {}


@QUIET
@given(pods())
def test_the_host_pod_finds_its_way_back(virtual: JSON) -> None:
    host = host_pod(WHERE, virtual, inputs())
    key = Key(virtual["metadata"]["namespace"], virtual["metadata"]["name"])
    assert WHERE.virtual_key(PODS, meta_of(host)) == key


@QUIET
@given(pods())
def test_every_reference_is_named_on_the_host(virtual: JSON) -> None:
    text = msgspec.json.encode(host_pod(WHERE, virtual, inputs())["spec"]).decode()
    for _, key in references(virtual):
        assert f'"{WHERE.host_key(key).name}"' in text


@QUIET
@given(st.lists(st.tuples(labels_, names_), min_size=2, max_size=2, unique=True))
def test_pods_and_their_token_secrets_never_share_a_name(keys: list[tuple[str, str]]) -> None:
    found = [Key(*item) for item in keys]
    assert len({WHERE.host_key(key) for key in found}) == 2
    assert len({token_secret_key(WHERE, key) for key in found}) == 2
    assert all(len(names.host_name(key.name, key.namespace, "vc")) <= 63 for key in found)


statuses = st.fixed_dictionaries(
    {"phase": st.sampled_from(["Pending", "Running", "Succeeded", "Failed"])},
    optional={
        "podIP": st.ip_addresses(v=4).map(str),
        "message": st.text(max_size=10),
        "conditions": st.lists(
            st.fixed_dictionaries(
                {
                    "type": st.sampled_from(["Ready", "Initialized", "PodScheduled", "x.io/y"]),
                    "status": st.just("True"),
                },
                optional={"message": labels_, "lastTransitionTime": st.just("2030-01-01T00:00:00Z")},
            ),
            max_size=3,
            unique_by=lambda item: item["type"],
        ),
        "containerStatuses": st.lists(
            st.fixed_dictionaries({"name": st.sampled_from(["app", "injected"]), "restartCount": st.integers(0, 3)}),
            max_size=2,
            unique_by=lambda item: item["name"],
        ),
        "observedGeneration": st.integers(0, 3),
        "allocatedResources": maps,
    },
)


@QUIET
@given(statuses, statuses)
def test_one_status_write_is_enough(current: JSON, reported: JSON) -> None:
    virtual = {**pod(), "status": {**copy.deepcopy(current), "qosClass": "BestEffort"}}
    host = {**host_pod(WHERE, pod(), inputs()), "status": reported}
    host["metadata"] |= {"uid": "h", "generation": 2}
    after = merge(virtual, status_patch(WHERE, virtual, host))
    assert status_patch(WHERE, after, host) == {}
