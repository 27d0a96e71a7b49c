"""Probes as the user wants them: only what a file sets changes ours, which are measured per container."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

if TYPE_CHECKING:
    from vcluster_config.model.control_plane.stateful_set import Probe as ModelProbe
    from vcluster_config.model.control_plane.stateful_set import Probes
    from vcluster_config.objects import Container, Probe

_NUMBERS: Final = ("failure_threshold", "timeout_seconds", "period_seconds", "initial_delay_seconds")


def adjusted(container: Container, probes: Probes) -> Container:
    """The container with ``controlPlane.statefulSet.probes`` applied to the probes that it has."""
    wanted = {
        "liveness_probe": (container.liveness_probe, probes.liveness_probe),
        "readiness_probe": (container.readiness_probe, probes.readiness_probe),
        "startup_probe": (container.startup_probe, probes.startup_probe),
    }
    changed: dict[str, Any] = {name: _adjusted(ours, theirs) for name, (ours, theirs) in wanted.items() if ours}
    return replace(container, **changed)


def _adjusted(ours: Probe, theirs: ModelProbe) -> Probe | None:
    if not theirs.enabled:
        return None
    numbers = {name: getattr(theirs, name) for name in _NUMBERS if name in theirs.model_fields_set}
    return replace(ours, **numbers)
