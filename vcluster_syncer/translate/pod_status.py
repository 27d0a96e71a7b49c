"""The status of a virtual pod: what the host's kubelet says, in the words of the virtual cluster."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from vcluster_syncer.kube.api import JSON
from vcluster_syncer.translate.diff import field_patch
from vcluster_syncer.translate.pod_conditions import virtual_conditions
from vcluster_syncer.translate.pod_hosts import REWRITE_HOSTS
from vcluster_syncer.translate.pod_messages import PodMessages
from vcluster_syncer.translate.pod_update import is_passed_on
from vcluster_syncer.translate.scope import Scope

TERMINAL_PHASES: Final = frozenset({"Succeeded", "Failed"})
_OBSERVED_GENERATION_SINCE: Final = 34
_STATUS_LISTS: Final = (
    ("initContainerStatuses", "initContainers"),
    ("containerStatuses", "containers"),
    ("ephemeralContainerStatuses", "ephemeralContainers"),
)
_COUNTED_APART: Final = ("qosClass", "observedGeneration")
_VERSION: Final = re.compile(r"v?1\.(\d+)")


def status_patch(scope: Scope, virtual: JSON, host: JSON) -> JSON:
    """Merge patch for the status of the virtual pod; {} when both sides agree.

    It carries the resource version of ``virtual``, so that a condition set meanwhile is never lost.
    """
    current = virtual.get("status") or {}
    desired = virtual_status(scope, virtual, host)
    changes = field_patch(current, desired, {**current, **desired})
    if not changes:
        return {}
    return {"metadata": {"resourceVersion": virtual["metadata"]["resourceVersion"]}, "status": changes}


def virtual_status(scope: Scope, virtual: JSON, host: JSON) -> JSON:
    """The complete status of the virtual pod as it should be."""
    current, source = virtual.get("status") or {}, host.get("status") or {}
    status = dict(source)
    for statuses, containers in _STATUS_LISTS:
        if statuses in source:
            known = {container["name"] for container in virtual["spec"].get(containers) or ()}
            status[statuses] = [_container_status(item) for item in source[statuses] if item["name"] in known]
    status["conditions"] = virtual_conditions(virtual, _with_generation(scope, virtual, host))
    for field in _of_the_whole_pod(virtual, host):
        status.pop(field, None)
    if "qosClass" in current:
        status["qosClass"] = current["qosClass"]
    observed = _observed(scope, virtual, host, source)
    if observed is not None:
        status["observedGeneration"] = observed
    host_meta = host["metadata"]
    messages = PodMessages(scope, virtual, host_meta["name"], host_meta["uid"])
    return _translated(status, messages.translate)


def _of_the_whole_pod(virtual: JSON, host: JSON) -> tuple[str, ...]:
    """Fields of the host status that do not speak of the virtual pod.

    The class of service is fixed at creation, generations are counted on each side, and sums over all containers
    include those that only the host pod has.
    """
    own, all_ = (
        {item["name"] for field in ("initContainers", "containers") for item in pod["spec"].get(field) or ()}
        for pod in (virtual, host)
    )
    return _COUNTED_APART if all_ <= own else (*_COUNTED_APART, "allocatedResources", "resources")


def _container_status(status: JSON) -> JSON:
    """A container's status without the mount that only the host pod has."""
    mounts = status.get("volumeMounts") or ()
    if not any(mount.get("name") == REWRITE_HOSTS for mount in mounts):
        return status
    return {**status, "volumeMounts": [mount for mount in mounts if mount.get("name") != REWRITE_HOSTS]}


def _with_generation(scope: Scope, virtual: JSON, host: JSON) -> list[JSON]:
    """The host's conditions with generations of the virtual pod."""
    result = []
    for item in host.get("status", {}).get("conditions") or ():
        condition = {field: value for field, value in item.items() if field != "observedGeneration"}
        observed = _observed(scope, virtual, host, item)
        result.append(condition if observed is None else {**condition, "observedGeneration": observed})
    return result


def _observed(scope: Scope, virtual: JSON, host: JSON, source: JSON) -> int | None:
    """The virtual generation that corresponds to ``source.observedGeneration`` (KEP-5067); None leaves it out.

    Generations of both sides count differently; once the kubelet has seen the newest that was passed on, that is true
    for both.
    """
    seen = source.get("observedGeneration")
    if seen is None or _minor(scope.config.kubernetes_version) < _OBSERVED_GENERATION_SINCE:
        return None
    generation: int | None = virtual["metadata"].get("generation")
    observed: int | None = (virtual.get("status") or {}).get("observedGeneration")
    if observed == generation or (seen >= host["metadata"].get("generation", 0) and is_passed_on(scope, virtual, host)):
        return generation
    return observed


def _minor(version: str) -> int:
    match = _VERSION.match(version)
    return int(match[1]) if match else _OBSERVED_GENERATION_SINCE


def _translated(status: JSON, translate: Callable[[str], str]) -> JSON:
    """``status`` with all messages translated, sharing what holds none."""
    if status.get("message"):
        status["message"] = translate(status["message"])
    status["conditions"] = [_translated_message(item, translate) for item in status["conditions"]]
    for field, _ in _STATUS_LISTS:
        if field in status:
            status[field] = [_translated_states(item, translate) for item in status[field]]
    return status


def _translated_states(status: JSON, translate: Callable[[str], str]) -> JSON:
    result = status
    for field in ("state", "lastState"):
        for kind, state in (status.get(field) or {}).items():
            if state and state.get("message"):
                result = {**result, field: {kind: _translated_message(state, translate)}}
    return result


def _translated_message(item: JSON, translate: Callable[[str], str]) -> JSON:
    message = item.get("message")
    return {**item, "message": translate(message)} if message else item
