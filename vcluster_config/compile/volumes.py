"""Refuses volumes and mounts that do not fit each other, which the API server would say only when a pod is made."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from vcluster_config.errors import CompileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from vcluster_config.model.control_plane.volumes import Volumes
    from vcluster_config.objects import Json, PodSpec


def check(pod: PodSpec, claims: Sequence[Json], persistence: Volumes, path: str) -> None:
    """Look at the pod of a workload, whose claims are volumes of it too; ``path`` is that of its ``persistence``.

    Raises:
        CompileError: two volumes of one name, a mount without a volume, or two mounts at one place
            (Kubernetes, validation of PodSpec).
    """
    names = [volume.get("name", "") for volume in pod.volumes]
    for name in _repeated(names):
        raise CompileError(f"{path}.addVolumes", f"the pod has two volumes {name}; rename yours")
    known = {*names, *(claim.get("metadata", {}).get("name", "") for claim in claims)}
    for container in (*pod.init_containers, *pod.containers):
        _mounts(container, known, persistence, path)


def _mounts(container: Json, known: set[str], persistence: Volumes, path: str) -> None:
    """What nobody added is one of ours, and then a claim or a volume of the user's stands in its place."""
    mounts = container.get("volumeMounts", ())
    added = {mount.name for mount in persistence.add_volume_mounts}
    who = f"container {container.get('name', '')}"
    for mount in mounts:
        name = mount.get("name", "")
        if name not in known:
            where = f"{path}.addVolumeMounts" if name in added else path
            raise CompileError(where, f"{who} mounts the volume {name}, and neither a volume nor a claim has that name")
    for place in _repeated(mount.get("mountPath", "") for mount in mounts):
        raise CompileError(f"{path}.addVolumeMounts", f"{who} has two mounts at {place}; choose another mountPath")


def _repeated(words: Iterable[str]) -> list[str]:
    counts = Counter(words)
    return [word for word, count in counts.items() if count > 1]
