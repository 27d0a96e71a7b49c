"""The status of a virtual pod: what the host's kubelet says, in the words of the virtual cluster."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.diff import field_patch
from vcluster_syncer.translate.pod_conditions import virtual_conditions
from vcluster_syncer.translate.pod_hosts import REWRITE_HOSTS
from vcluster_syncer.translate.references import references
from vcluster_syncer.translate.scope import Scope

TERMINAL_PHASES: Final = frozenset({"Succeeded", "Failed"})
_OBSERVED_GENERATION_SINCE: Final = 34
_STATUS_LISTS: Final = (
    ("initContainerStatuses", "initContainers"),
    ("containerStatuses", "containers"),
    ("ephemeralContainerStatuses", "ephemeralContainers"),
)
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
    # Injected containers change the class of the host pod; the virtual one is fixed at creation.
    status.pop("qosClass", None)
    if "qosClass" in current:
        status["qosClass"] = current["qosClass"]
    status.pop("observedGeneration", None)
    observed = _observed(scope, virtual, host, source)
    if observed is not None:
        status["observedGeneration"] = observed
    return _translated(status, _translator(scope, virtual, host))


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

    Generations of both sides count differently; once the kubelet has seen the newest, that is true for both.
    """
    observed = source.get("observedGeneration")
    if observed is None or _minor(scope.config.kubernetes_version) < _OBSERVED_GENERATION_SINCE:
        return None
    if observed >= host["metadata"].get("generation", 0):
        generation: int | None = virtual["metadata"].get("generation")
        return generation
    return (virtual.get("status") or {}).get("observedGeneration")


def _minor(version: str) -> int:
    match = _VERSION.match(version)
    return int(match[1]) if match else _OBSERVED_GENERATION_SINCE


def _translator(scope: Scope, virtual: JSON, host: JSON) -> Callable[[str], str]:
    """A function that puts virtual names into a message, built on first use because most pods have no message."""
    pairs: list[tuple[str, str]] = []

    def translate(text: str) -> str:
        if not pairs:
            pairs.extend(_names(scope, virtual, host))
        for host_name, name in pairs:
            text = text.replace(host_name, name)
        return text

    return translate


def _names(scope: Scope, virtual: JSON, host: JSON) -> Iterable[tuple[str, str]]:
    """Host names and what they are called inside, the pod's own first, then longer ones before shorter ones."""
    meta, host_meta = virtual["metadata"], host["metadata"]
    yield f"{host_meta['name']}_{host_meta['namespace']}", f"{meta['name']}_{meta['namespace']}"
    yield f"{host_meta['namespace']}/{host_meta['name']}", f"{meta['namespace']}/{meta['name']}"
    yield host_meta["uid"], meta["uid"]
    keys = {Key(meta["namespace"], meta["name"]), *(key for _, key in references(virtual))}
    pairs = [(scope.host_key(key).name, key.name) for key in keys]
    yield from sorted(pairs, key=lambda pair: (-len(pair[0]), pair))


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
