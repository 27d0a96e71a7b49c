"""Containers of host pods: environment, references and images; all else in a container is the user's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from vcluster_contract.kinds import CONFIG_MAPS, SECRETS, Resource
from vcluster_syncer.kube.api import JSON, Key
from vcluster_syncer.translate.pod_fields import host_field_ref
from vcluster_syncer.translate.scope import Scope
from vcluster_syncer.translate.service_env import Variable

KeysOf = Callable[[Resource, Key], Collection[str]]
"""Data keys of a virtual ConfigMap or Secret, none when it does not exist."""


class Environment(msgspec.Struct, frozen=True):
    """What the containers of one pod have in common."""

    scope: Scope
    namespace: str
    injected: tuple[Variable, ...]
    """Variables of Services, sorted by name; the user's win over them."""
    keys_of: KeysOf


def host_container(env: Environment, container: JSON) -> JSON:
    """Host form of a container, init container or ephemeral container."""
    images = env.scope.config.to_host.pods.translate_image
    result = dict(container)
    image = container.get("image")
    if image in images:
        result["image"] = images[image]
    sources = container.get("envFrom") or ()
    if sources:
        result["envFrom"] = [_host_source(env, source) for source in sources]
    variables = container.get("env") or ()
    taken = {variable["name"] for variable in variables}
    taken.update(_names_from(env, sources))
    result["env"] = [
        *({"name": name, "value": value} for name, value in env.injected if name not in taken),
        *(_host_variable(env, variable) for variable in variables),
    ]
    return result


def _names_from(env: Environment, sources: Iterable[JSON]) -> Iterable[str]:
    """Names that ``envFrom`` defines: ``env`` would win over them, and injected variables must not."""
    for source in sources:
        for field, resource in (("configMapRef", CONFIG_MAPS), ("secretRef", SECRETS)):
            if source.get(field):
                key = Key(env.namespace, source[field].get("name", ""))
                yield from (source.get("prefix", "") + name for name in env.keys_of(resource, key))


def _host_source(env: Environment, source: JSON) -> JSON:
    return {
        field: _renamed(env, value) if field in ("configMapRef", "secretRef") and value else value
        for field, value in source.items()
    }


def _host_variable(env: Environment, variable: JSON) -> JSON:
    origin = variable.get("valueFrom")
    if not origin:
        return variable
    result = dict(origin)
    for field in ("configMapKeyRef", "secretKeyRef"):
        if origin.get(field):
            result[field] = _renamed(env, origin[field])
    if origin.get("fieldRef"):
        result["fieldRef"] = host_field_ref(env.scope, origin["fieldRef"])
    return {**variable, "valueFrom": result}


def _renamed(env: Environment, reference: JSON) -> JSON:
    name = reference.get("name", "")
    return {**reference, "name": env.scope.host_key(Key(env.namespace, name)).name} if name else reference
