"""What the host pod was last told of the fields that may change after creation.

Host mutators may rewrite images, tolerations and gates. Only a change of what we told before is passed on, so that
theirs is never reverted; the record travels in an annotation and so survives restarts.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON, Meta
from vcluster_syncer.translate.pod_scheduling import host_tolerations
from vcluster_syncer.translate.scope import Scope

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class AppliedSpec(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The changeable part of a host pod's spec as the virtual cluster wants it."""

    images: dict[str, str] = {}
    """By container name; the names are unique over init and other containers."""
    resources: dict[str, dict[str, Any]] = {}
    active_deadline_seconds: int | None = None
    tolerations: tuple[dict[str, Any], ...] = ()
    scheduling_gates: tuple[str, ...] = ()
    node_selector: dict[str, str] = {}
    node_affinity: dict[str, Any] = {}

    def encode(self) -> str:
        """Equal values give equal text."""
        return _ENCODER.encode(self).decode()


_DECODER: Final = msgspec.json.Decoder(AppliedSpec)


def applied_spec(scope: Scope, spec: JSON) -> AppliedSpec:
    """The changeable part of the host spec for the virtual ``spec``."""
    translated = scope.config.to_host.pods.translate_image
    containers = [*(spec.get("initContainers") or ()), *spec["containers"]]
    images = {container["name"]: container["image"] for container in containers if container.get("image")}
    return AppliedSpec(
        images={name: translated.get(image, image) for name, image in images.items()},
        resources={container["name"]: container["resources"] for container in containers if container.get("resources")},
        active_deadline_seconds=spec.get("activeDeadlineSeconds"),
        tolerations=tuple(host_tolerations(scope, spec.get("tolerations") or ())),
        scheduling_gates=tuple(gate["name"] for gate in spec.get("schedulingGates") or ()),
        node_selector=dict(spec.get("nodeSelector") or {}),
        node_affinity=(spec.get("affinity") or {}).get("nodeAffinity") or {},
    )


def recorded_spec(host: Meta) -> AppliedSpec:
    """What ``host`` was last told; empty when the record is missing or unreadable, so that all is told again."""
    try:
        return _DECODER.decode(host.annotations.get(markers.APPLIED_SPEC, "{}"))
    except msgspec.DecodeError:
        return AppliedSpec()
