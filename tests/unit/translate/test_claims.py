from __future__ import annotations

from typing import Any

import pytest

from tests.unit.translate.samples import meta_of, obj, scope
from tests.unit.translate.test_diff import applied
from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate import claims, volumes

BOUND_ANNOTATIONS = {"pv.kubernetes.io/bind-completed": "yes"}


def claim(metadata: JSON | None = None, status: JSON | None = None, **spec: Any) -> JSON:
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    return obj("data", metadata=metadata, spec=asked | spec, status=status or {"phase": "Pending"})


def host_claim(**spec: Any) -> JSON:
    return claims.to_host(scope(), claim(**spec)) | {"status": {"phase": "Pending"}}


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "VolumeSnapshot"])
def test_data_sources_are_translated(kind: str) -> None:
    source = {"kind": kind, "name": "old"}
    spec = claims.to_host(scope(), claim(dataSource=source, dataSourceRef=source | {"namespace": "other"}))["spec"]
    assert spec["dataSource"]["name"] == "old-x-shop-x-vc"
    assert spec["dataSourceRef"] == {"kind": kind, "name": "old-x-other-x-vc", "namespace": "tenant"}


def test_users_may_forbid_translation_and_other_sources_stay() -> None:
    untouched = claim(
        {"annotations": {markers.SKIP_TRANSLATE: "true"}}, dataSource={"kind": "VolumeSnapshot", "name": "s"}
    )
    assert claims.to_host(scope(), untouched)["spec"]["dataSource"]["name"] == "s"
    populator = {"kind": "VolumePopulator", "name": "p"}
    assert claims.to_host(scope(), claim(dataSourceRef=populator))["spec"]["dataSourceRef"] == populator


def test_binding_annotations_flow_back_and_never_forth() -> None:
    bound = claim({"annotations": BOUND_ANNOTATIONS | {"mine": "x"}})
    assert claims.to_host(scope(), bound)["metadata"]["annotations"].keys() >= {"mine"}
    assert not BOUND_ANNOTATIONS.keys() & claims.to_host(scope(), bound)["metadata"]["annotations"].keys()
    host = host_claim(volumeName="pvc-1")
    host["metadata"]["annotations"] |= BOUND_ANNOTATIONS
    patch = claims.binding_patch(claim(), host)
    assert patch == {"metadata": {"annotations": BOUND_ANNOTATIONS}, "spec": {"volumeName": "pvc-1"}}
    assert claims.binding_patch(applied(claim(), patch), host) == {}
    # Binding on the host must not look like a difference that the virtual side has to undo.
    assert claims.host_patch(claims.to_host(scope(), claim()), host, meta_of(host)) == {}


def test_expansion_reaches_the_host_and_its_progress_comes_back() -> None:
    grown = claim(resources={"requests": {"storage": "2Gi"}})
    host = host_claim()
    patch = claims.host_patch(claims.to_host(scope(), grown), host, meta_of(host))
    assert patch == {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    host["status"] = {"phase": "Bound", "capacity": {"storage": "2Gi"}}
    status = claims.status_patch(grown, host)
    assert status == {"status": {"phase": "Bound", "capacity": {"storage": "2Gi"}}}
    assert claims.status_patch(applied(grown, status), host) == {}


def test_two_different_volumes_are_noticed() -> None:
    assert claims.volume_differs(claim(volumeName="a"), host_claim(volumeName="b"))
    assert not claims.volume_differs(claim(), host_claim(volumeName="b"))


def test_the_stand_in_volume_is_the_claims_and_shows_no_host_detail() -> None:
    bound = claim(
        status={"phase": "Bound", "capacity": {"storage": "3Gi"}}, volumeName="pvc-1", storageClassName="fast"
    )
    volume = volumes.stand_in(bound)
    assert volume["metadata"]["name"] == "pvc-1"
    assert volume["spec"]["capacity"] == {"storage": "3Gi"}
    assert volume["spec"]["storageClassName"] == "fast"
    assert volume["spec"]["claimRef"]["uid"] == "uid-data"
    assert volumes.is_stand_in(meta_of(volume))
    assert volumes.spec_patch(bound, volume) == {}


def test_the_stand_in_follows_a_claim_that_grew_or_was_made_anew() -> None:
    bound = claim(status={"phase": "Bound", "capacity": {"storage": "1Gi"}}, volumeName="pvc-1")
    volume = volumes.stand_in(bound)
    grown = claim(status={"phase": "Bound", "capacity": {"storage": "2Gi"}}, volumeName="pvc-1")
    assert volumes.spec_patch(grown, volume) == {"spec": {"capacity": {"storage": "2Gi"}}}
    anew = claim({"uid": "another"}, status=bound["status"], volumeName="pvc-1")
    assert volumes.spec_patch(anew, volume)["spec"]["claimRef"]["uid"] == "another"
