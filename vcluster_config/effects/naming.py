"""Which virtual object a host name stands for, and back: the scheme of the contract, undone where that is possible."""

from __future__ import annotations

from typing import Final

from vcluster_contract import names

_SEPARATOR: Final = "-x-"


def to_host(name: str, namespace: str, vcluster: str, host_namespace: str) -> str:
    """Host name of a virtual object; without a virtual namespace that of an object of the whole cluster."""
    if namespace:
        return names.host_name(name, namespace, vcluster)
    return names.cluster_scoped_host_name(name, host_namespace, vcluster)


def to_virtual(host: str, vcluster: str) -> list[str]:
    """``namespace/name`` or, for objects of the whole cluster, ``name``: each one that has this host name.

    Names may contain ``-x-``, so there can be more than one; every answer is proved by translating it again. Empty for
    a shortened name, whose middle is a digest, and for names of other virtual clusters.
    """
    end = f"{_SEPARATOR}{vcluster}"
    if not host.endswith(end):
        return []
    inner = host.removesuffix(end)
    splits = [
        (inner[:at], inner[at + len(_SEPARATOR) :]) for at in range(len(inner)) if inner.startswith(_SEPARATOR, at)
    ]
    found = [f"{space}/{name}" for name, space in splits if _is(names.host_name, name, space, vcluster, host)]
    for start, space in splits:
        name = start.removeprefix("vcluster-")
        if name != start and _is(names.cluster_scoped_host_name, name, space, vcluster, host):
            found.append(name)
    return found


def _is(scheme: object, name: str, namespace: str, vcluster: str, host: str) -> bool:
    assert callable(scheme)  # noqa: S101 - both schemes are functions of the contract
    return bool(name) and bool(namespace) and "." not in namespace and scheme(name, namespace, vcluster) == host
