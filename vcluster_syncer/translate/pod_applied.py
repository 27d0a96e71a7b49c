"""What the host pod was last told of the fields that may change after creation.

Host mutators may rewrite images, tolerations and gates. Only a change of what we told before is passed on, so that
theirs is never reverted; the record travels in an annotation and so survives restarts.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from vcluster_contract import markers
from vcluster_syncer.kube.api import JSON, Meta
from vcluster_syncer.translate.pod_hosts import REWRITE_HOSTS

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")


class AppliedSpec(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """The changeable part of a host pod's spec as the virtual cluster wants it."""

    images: dict[str, str] = {}
    """By container name; the names are unique over init and other containers."""
    resources: dict[str, dict[str, Any]] = {}
    active_deadline_seconds: int | None = None
    tolerations: tuple[dict[str, Any], ...] = ()
    scheduling_gates: tuple[str, ...] = ()

    def encode(self) -> str:
        """Equal values give equal text."""
        return _ENCODER.encode(self).decode()


_DECODER: Final = msgspec.json.Decoder(AppliedSpec)


def applied_spec(host_spec: JSON) -> AppliedSpec:
    """The changeable part of a translated spec."""
    containers = [
        container
        for field in ("initContainers", "containers")
        for container in host_spec.get(field) or ()
        if container["name"] != REWRITE_HOSTS
    ]
    return AppliedSpec(
        images={container["name"]: container["image"] for container in containers if container.get("image")},
        resources={container["name"]: container["resources"] for container in containers if container.get("resources")},
        active_deadline_seconds=host_spec.get("activeDeadlineSeconds"),
        tolerations=tuple(host_spec.get("tolerations") or ()),
        scheduling_gates=tuple(gate["name"] for gate in host_spec.get("schedulingGates") or ()),
    )


def recorded_spec(host: Meta) -> AppliedSpec:
    """What ``host`` was last told; empty when the record is missing or unreadable, so that all is told again."""
    try:
        return _DECODER.decode(host.annotations.get(markers.APPLIED_SPEC, "{}"))
    except msgspec.DecodeError:
        return AppliedSpec()
