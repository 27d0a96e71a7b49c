"""Failure answers of an API server, worded like the real ones where a person would recognise them."""

from __future__ import annotations

from vcluster_contract.kinds import Resource
from vcluster_syncer.kube.api import Key
from vcluster_syncer.kube.errors import (
    AlreadyExists,
    ApiError,
    Conflict,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    ServerError,
)


def bad_request(message: str) -> ApiError:
    return ApiError(400, "BadRequest", message)


def versioned_create() -> ServerError:
    return ServerError(500, "", "resourceVersion should not be set on objects to be created")


def not_found(resource: Resource, key: Key) -> NotFound:
    details = {"name": key.name, "kind": resource.plural}
    return NotFound(404, "NotFound", f'{resource.plural} "{key.name}" not found', details=details)


def not_served() -> NotFound:
    return NotFound(404, "NotFound", "the server could not find the requested resource")


def already_exists(resource: Resource, key: Key) -> AlreadyExists:
    details = {"name": key.name, "kind": resource.plural}
    return AlreadyExists(409, "AlreadyExists", f'{resource.plural} "{key.name}" already exists', details=details)


def conflict(resource: Resource, key: Key, why: str) -> Conflict:
    details = {"name": key.name, "kind": resource.plural}
    message = f'Operation cannot be fulfilled on {resource.plural} "{key.name}": {why}'
    return Conflict(409, "Conflict", message, details=details)


def forbidden(user: str, verb: str, resource: Resource, subresource: str, namespace: str) -> Forbidden:
    what = f"{resource.plural}/{subresource}" if subresource else resource.plural
    where = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
    message = (
        f'{what} is forbidden: User "{user}" cannot {verb} resource "{what}" in API group "{resource.group}" {where}'
    )
    return Forbidden(403, "Forbidden", message, details={"kind": resource.plural})


def terminating(namespace: str) -> Forbidden:
    message = f"unable to create new content in namespace {namespace} because it is being terminated"
    cause = {"reason": "NamespaceTerminating", "message": message, "field": "metadata.namespace"}
    return Forbidden(403, "Forbidden", message, details={"causes": [cause]})


def invalid(kind: str, name: str, field: str, message: str) -> Invalid:
    causes = [{"reason": "FieldValueInvalid", "field": field, "message": message}]
    details = {"name": name, "kind": kind, "causes": causes}
    return Invalid(422, "Invalid", f'{kind} "{name}" is invalid: {field}: {message}', details=details)


def expired() -> Gone:
    return Gone(410, "Expired", "The provided continue parameter is too old to display a consistent list result")
