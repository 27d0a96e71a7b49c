"""Turns any setting of the dialect to something else than its default, in a context where it could matter."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, get_args, get_origin

from vcluster_config.model import Config
from vcluster_config.model.shape import Form, Place, Shape, default_of, fields, places, shape_of
from vcluster_config.model.values import ValueType, auto_bool

_MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: changed}\n"
SAMPLES: dict[str, Any] = {
    "controlPlane.statefulSet.persistence.volumeClaim.accessModes": ["ReadWriteMany"],
    "controlPlane.backingStore.etcd.deploy.statefulSet.persistence.volumeClaim.accessModes": ["ReadWriteMany"],
    "sync.toHost.pods.enforceTolerations": ["key=value:NoSchedule"],
    "controlPlane.proxy.extraSANs": ["changed.example.com"],
    "experimental.deploy.host.manifests": _MANIFEST,
    "experimental.deploy.vcluster.manifests": _MANIFEST,
    "controlPlane.coredns.overwriteManifests": _MANIFEST,
    "controlPlane.distro.k0s.config": _MANIFEST,
}


def _below(path: str, settings: Any) -> Any:
    """Settings at a path, etcd turned on where it is on the way."""
    for key in reversed(path.split(".")):
        settings = {key: {"enabled": True, **settings} if key == "deploy" else settings}
    return settings


_REMOTE = "postgres://user:password@db.example.com/name"
_VOLUMES = {
    "addVolumes": [{"name": "changed", "emptyDir": {}}, {"name": "other", "emptyDir": {}}],
    "addVolumeMounts": [{"name": "other", "mountPath": "/other"}],
}
CONTEXTS: dict[str, Any] = {
    **{
        f"{path}.statefulSet.persistence.addVolumeMounts.[].{name}": _below(f"{path}.statefulSet.persistence", _VOLUMES)
        for path in ("controlPlane", "controlPlane.backingStore.etcd.deploy")
        for name in ("name", "readOnly", "mountPath", "subPath", "mountPropagation", "subPathExpr")
    },
    **{
        f"controlPlane.backingStore.database.{which}.{name}": {
            "controlPlane": {"backingStore": {"database": {which: {"enabled": True, "dataSource": _REMOTE}}}}
        }
        for which in ("embedded", "external")
        for name in ("keyFile", "certFile", "caFile", "extraArgs", "identityProvider")
    },
    "controlPlane.statefulSet.persistence.dataVolume": {
        "controlPlane": {"statefulSet": {"persistence": {"volumeClaim": {"enabled": False}}}}
    },
}
ITEMS: dict[str, Any] = {
    "env": {"name": "CHANGED", "value": "x"},
    "extraRules": {"apiGroups": [""], "resources": ["changed"], "verbs": ["get"]},
    "overwriteRules": {"apiGroups": [""], "resources": ["changed"], "verbs": ["get"]},
    "tolerations": {"key": "changed", "operator": "Exists"},
    "topologySpreadConstraints": {
        "maxSkew": 2,
        "topologyKey": "zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {},
    },
}
OBJECTS: dict[str, Any] = {
    "affinity": {"nodeAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}},
    "podSecurityContext": {"fsGroup": 7},
    "containerSecurityContext": {"runAsUser": 7},
    "securityContext": {"runAsUser": 7},
}
REQUIRED: dict[str, Any] = {"path": "spec.x", "enabled": True, "scope": "Cluster", "apiVersion": "v1", "kind": "Pod"}


@dataclass(frozen=True)
class Flip:
    """Two files that differ in one setting only."""

    path: tuple[str, ...]
    before: str
    after: str


def leaves() -> list[Place]:
    """Every setting that holds a value rather than other settings."""
    return [place for place in places(Config) if _is_leaf(place.shape)]


def _is_leaf(shape: Shape) -> bool:
    return shape.section is None and (shape.item is None or shape.item.section is None)


def flip(place: Place) -> Flip:
    """Flip a leaf, with the switches around it turned on."""
    context = json.loads(json.dumps(CONTEXTS.get(".".join(place.path)) or _context(place.path)))
    changed = json.loads(json.dumps(context))
    _put(changed, _concrete(place.path), flipped(place))
    return Flip(place.path, json.dumps(context), json.dumps(changed))


def flipped(place: Place) -> Any:
    """Something else than the default."""
    assert place.info is not None
    default = None if place.info.is_required() else default_of(place.info)
    spelled = ".".join(place.path)
    if spelled in SAMPLES:
        return SAMPLES[spelled]
    return _other(place.shape, default, place.path[-1])


def _other(shape: Shape, default: Any, name: str) -> Any:
    if shape.form is Form.LIST:
        item = shape.item
        assert item is not None
        return [ITEMS.get(name, {"name": "changed"}) if item.form is not Form.VALUE else _value(item, None)]
    if shape.form is Form.MAP:
        if name in OBJECTS:
            return OBJECTS[name]
        return {"changed": _value(shape.item, None) if shape.item and shape.item.form is Form.VALUE else "x"}
    if shape.form is Form.FREE:
        return 7
    return _value(shape, default)


def _value(shape: Shape, default: Any) -> Any:
    if isinstance(shape.value, ValueType):
        return next(example for example in (*shape.value.examples, "7") if example != default)
    if shape.value is auto_bool or shape.value is bool:
        return default is not True
    if shape.value is int:
        return (default or 0) + 1
    if get_origin(shape.value) is Literal:
        return next(choice for choice in get_args(shape.value) if choice not in (default, ""))
    return "changed"


def _context(path: tuple[str, ...]) -> dict[str, Any]:
    """Parents of a leaf with their switches on and their required keys given."""
    data: dict[str, Any] = {}
    concrete = _concrete(path)
    section: Any = Config
    for depth, step in enumerate(path[:-1]):
        shape = shape_of(fields(section)[step]) if step in fields(section) else None
        if shape is not None:
            section = shape.section or (shape.item.section if shape.item else None)
        if step in ("<key>", "[]") or (shape is not None and shape.section is not None):
            here = concrete[: depth + 1]
            _put(data, here, _get(data, here) or {})
            for key, info in fields(section).items():
                if key == path[depth + 1] and depth + 2 == len(path) and not info.is_required():
                    continue
                if info.is_required():
                    _put(data, (*here, key), REQUIRED[key])
                elif key == "enabled" and default_of(info) is not True:
                    _put(data, (*here, key), True)
    return data


def _concrete(path: tuple[str, ...]) -> tuple[str | int, ...]:
    names = {"<key>": "things.example.com", "[]": 0}
    return tuple(names.get(step, step) for step in path)


def _get(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        try:
            data = data[step]
        except (KeyError, IndexError):
            return None
    return data


def _put(data: Any, path: tuple[str | int, ...], value: Any) -> None:
    for step, following in pairwise(path):
        empty: Any = [] if isinstance(following, int) else {}
        if isinstance(step, int):
            if len(data) <= step:
                data.append(empty)
            data = data[step]
        else:
            data = data.setdefault(step, empty)
    last = path[-1]
    if isinstance(last, int) and len(data) <= last:
        data.append(value)
    else:
        data[last] = value
