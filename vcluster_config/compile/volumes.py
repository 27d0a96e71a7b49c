"""Refuses volumes and mounts that do not fit each other, which the API server would say only when a pod is made."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from vcluster_config.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from vcluster_config.model.control_plane.volumes import Volumes
    from vcluster_config.objects import Json, PodSpec


def check(
    pod: PodSpec,
    claims: Sequence[Json],
    persistence: Volumes,
    path: str,
    added: Mapping[str, Sequence[Json]] = MappingProxyType({}),
) -> None:
    """Look at the pod of a workload, whose claims are volumes of it too; ``path`` is that of its ``persistence``.

    ``added`` are the user's own containers in it, by their path.

    Raises:
        CompileError: two volumes or containers of one name, a mount without a volume, or two mounts at one place
            (Kubernetes, validation of PodSpec).
    """
    names = [volume.get("name", "") for volume in pod.volumes]
    for name in _repeated(names):
        raise CompileError(f"{path}.addVolumes", f"the pod has two volumes {name}; rename yours")
    known = {*names, *(claim.get("metadata", {}).get("name", "") for claim in claims)}
    theirs = [item for containers in added.values() for item in containers]
    ours = [item for item in (*pod.init_containers, *pod.containers) if item not in theirs]
    taken = {item["name"] for item in ours}
    for place, containers in added.items():
        for number, container in enumerate(containers):
            _own(container, known, taken, f"{place}[{number}]")
    for container in ours:
        _mounts(container, known, persistence, path)


def _own(container: Json, known: set[str], taken: set[str], path: str) -> None:
    name = container["name"]
    if name in taken:
        raise CompileError(f"{path}.name", f"the pod has another container {name}; rename yours")
    taken.add(name)
    for kind in ("volumeMounts", "volumeDevices"):
        for number, mount in enumerate(container.get(kind) or ()):
            if mount["name"] not in known:
                message = f"{_unknown(name, mount['name'])}; add it to persistence.addVolumes"
                raise CompileError(f"{path}.{kind}[{number}].name", message)


def _unknown(container: str, volume: str) -> str:
    return f"container {container} mounts the volume {volume}, and neither a volume nor a claim has that name"


def _mounts(container: Json, known: set[str], persistence: Volumes, path: str) -> None:
    """What nobody added is one of ours, and then a claim or a volume of the user's stands in its place."""
    mounts = container.get("volumeMounts", ())
    added = {mount.name for mount in persistence.add_volume_mounts}
    who = container["name"]
    for mount in mounts:
        name = mount.get("name", "")
        if name not in known:
            raise CompileError(f"{path}.addVolumeMounts" if name in added else path, _unknown(who, name))
    for place in _repeated(mount.get("mountPath", "") for mount in mounts):
        message = f"container {who} has two mounts at {place}; choose another mountPath"
        raise CompileError(f"{path}.addVolumeMounts", message)


def _repeated(words: Iterable[str]) -> list[str]:
    counts = Counter(words)
    return [word for word, count in counts.items() if count > 1]
