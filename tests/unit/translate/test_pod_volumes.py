from __future__ import annotations

import pytest

from tests.unit.translate.pod_samples import pod, translated
from vcluster_contract.kinds import CONFIG_MAPS, PERSISTENT_VOLUME_CLAIMS, SECRETS
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.references import references


def volume(source: JSON) -> JSON:
    return {"name": "v", **source}


def named(name: str) -> JSON:
    return {"name": name}


RENAMED = [
    ({"configMap": named("c")}, {"configMap": named("c-x-shop-x-vc")}, {(CONFIG_MAPS, "c")}),
    ({"secret": {"secretName": "s"}}, {"secret": {"secretName": "s-x-shop-x-vc"}}, {(SECRETS, "s")}),
    (
        {"persistentVolumeClaim": {"claimName": "p", "readOnly": True}},
        {"persistentVolumeClaim": {"claimName": "p-x-shop-x-vc", "readOnly": True}},
        {(PERSISTENT_VOLUME_CLAIMS, "p")},
    ),
    (
        {"ephemeral": {"volumeClaimTemplate": {"spec": {}}}},
        {"persistentVolumeClaim": {"claimName": "web-0-v-x-shop-x-vc"}},
        {(PERSISTENT_VOLUME_CLAIMS, "web-0-v")},
    ),
    (
        {"csi": {"driver": "d", "nodePublishSecretRef": named("s")}},
        {"csi": {"driver": "d", "nodePublishSecretRef": named("s-x-shop-x-vc")}},
        {(SECRETS, "s")},
    ),
    ({"iscsi": {"secretRef": named("s")}}, {"iscsi": {"secretRef": named("s-x-shop-x-vc")}}, {(SECRETS, "s")}),
    ({"rbd": {"secretRef": named("s")}}, {"rbd": {"secretRef": named("s-x-shop-x-vc")}}, {(SECRETS, "s")}),
    ({"cephfs": {"secretRef": named("s")}}, {"cephfs": {"secretRef": named("s-x-shop-x-vc")}}, {(SECRETS, "s")}),
    ({"cinder": {"secretRef": named("s")}}, {"cinder": {"secretRef": named("s-x-shop-x-vc")}}, {(SECRETS, "s")}),
    ({"scaleIO": {"secretRef": named("s")}}, {"scaleIO": {"secretRef": named("s-x-shop-x-vc")}}, {(SECRETS, "s")}),
    ({"storageos": {"secretRef": named("s")}}, {"storageos": {"secretRef": named("s-x-shop-x-vc")}}, {(SECRETS, "s")}),
    (
        {"flexVolume": {"secretRef": named("s")}},
        {"flexVolume": {"secretRef": named("s-x-shop-x-vc")}},
        {(SECRETS, "s")},
    ),
    ({"azureFile": {"secretName": "s"}}, {"azureFile": {"secretName": "s-x-shop-x-vc"}}, {(SECRETS, "s")}),
    ({"glusterfs": {"endpoints": "e"}}, {"glusterfs": {"endpoints": "e-x-shop-x-vc"}}, set()),
]
UNTOUCHED: list[JSON] = [
    {"emptyDir": {"medium": "Memory"}},
    {"hostPath": {"path": "/data"}},
    {"nfs": {"server": "s", "path": "/"}},
    {"image": {"reference": "busybox"}},
    {"csi": {"driver": "d"}},
]


@pytest.mark.parametrize(("source", "expected", "used"), RENAMED, ids=[next(iter(item[0])) for item in RENAMED])
def test_volume_sources(source: JSON, expected: JSON, used: set[tuple[object, str]]) -> None:
    virtual = pod(volumes=[volume(source)])
    assert translated(virtual)["spec"]["volumes"] == [volume(expected)]
    assert references(virtual) == {(resource, Key("shop", name)) for resource, name in used}


@pytest.mark.parametrize("source", UNTOUCHED, ids=[next(iter(item)) for item in UNTOUCHED])
def test_other_volumes_are_copied(source: JSON) -> None:
    virtual = pod(volumes=[volume(source)])
    assert translated(virtual)["spec"]["volumes"] == [volume(source)]
    assert references(virtual) == frozenset()


def test_projected_sources() -> None:
    sources = [
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"secret": {"name": "s"}},
        {"downwardAPI": {"items": [{"path": "ns", "fieldRef": {"fieldPath": "metadata.namespace"}}]}},
        {"clusterTrustBundle": {"path": "b", "name": "x"}},
    ]
    virtual = pod(volumes=[volume({"projected": {"defaultMode": 420, "sources": sources}})])
    projected = translated(virtual)["spec"]["volumes"][0]["projected"]
    assert projected["defaultMode"] == 420
    assert projected["sources"] == [
        {"configMap": {"name": "kube-root-ca.crt-x-shop-x-vc", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {"secret": {"name": "s-x-shop-x-vc"}},
        {
            "downwardAPI": {
                "items": [
                    {"path": "ns", "fieldRef": {"fieldPath": "metadata.annotations['vcluster.loft.sh/namespace']"}}
                ]
            }
        },
        sources[3],
    ]
    assert references(virtual) == {(CONFIG_MAPS, Key("shop", "kube-root-ca.crt")), (SECRETS, Key("shop", "s"))}


def test_a_volume_of_all_annotations_shows_the_user_only_theirs() -> None:
    items = [
        {"path": "all", "fieldRef": {"fieldPath": "metadata.annotations"}},
        {"path": "cpu", "resourceFieldRef": {"containerName": "app", "resource": "limits.cpu"}},
    ]
    virtual = pod(metadata={"annotations": {"b": "2", "a": "1"}}, volumes=[volume({"downwardAPI": {"items": items}})])
    host = translated(virtual)
    found = host["spec"]["volumes"][0]["downwardAPI"]["items"]
    assert found[0]["fieldRef"]["fieldPath"] == "metadata.annotations['vcluster.loft.sh/annotations']"
    assert found[1] == items[1]
    assert host["metadata"]["annotations"]["vcluster.loft.sh/annotations"] == 'a="1"\nb="2"'


def test_references_in_containers() -> None:
    env = [
        {"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c1", "key": "k"}}},
        {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s1", "key": "k", "optional": True}}},
        {"name": "C", "value": "x"},
    ]
    virtual = pod(
        initContainers=[{"name": "i", "env": env}],
        containers=[{"name": "c", "envFrom": [{"configMapRef": {"name": "c2"}}, {"secretRef": {"name": "s2"}}]}],
        ephemeralContainers=[{"name": "e", "envFrom": [{"secretRef": {"name": "s3"}}]}],
        imagePullSecrets=[{"name": "s4"}, {}],
    )
    assert references(virtual) == {
        *((CONFIG_MAPS, Key("shop", name)) for name in ("c1", "c2")),
        *((SECRETS, Key("shop", name)) for name in ("s1", "s2", "s3", "s4")),
    }
