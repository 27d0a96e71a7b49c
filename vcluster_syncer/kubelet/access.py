"""Who may call a node directly, as metrics-server and Prometheus inside the virtual cluster do.

Rules are the kubelet's (Kubernetes docs, "Kubelet authentication/authorization"), with one exception: streams into
pods always need ``create``, also when they come as WebSocket GETs.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from vcluster_contract.kinds import ACCESS_REVIEWS, TOKEN_REVIEWS
from vcluster_syncer.kube.errors import ApiError, Unreachable
from vcluster_syncer.kubelet.answers import Refusal
from vcluster_syncer.kubelet.paths import NodeCall, PodCall

if TYPE_CHECKING:
    from vcluster_contract.kinds import Resource
    from vcluster_syncer.kube.api import JSON
    from vcluster_syncer.kubelet.head import Request
    from vcluster_syncer.sync.api import World

CACHE_SECONDS: Final = 10.0
"""How long an answer is reused; kubelets keep them for minutes, we prefer that a revoked right ends soon."""
MAX_CACHED: Final = 512
_VERBS: Final = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_FINE: Final = {"pods": "pods", "runningpods": "pods", "healthz": "healthz", "configz": "configz"}
_COARSE: Final = {"stats": "stats", "metrics": "metrics", "logs": "log", "checkpoint": "checkpoint"}


class User(msgspec.Struct, frozen=True):
    """An authenticated caller."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, list[str]] = {}


class Reviews:
    """Asks the virtual API server, and remembers its answers for a moment."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._answers: dict[bytes, tuple[float, JSON]] = {}

    async def user_of_token(self, token: str) -> User:
        """The user a bearer token belongs to.

        Raises:
            Refusal: it belongs to nobody, or the API server does not answer.
        """
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview", "spec": {"token": token}}
        status = await self._ask(TOKEN_REVIEWS, body)
        if not status.get("authenticated"):
            raise Refusal(401, "the bearer token is not valid", "Unauthorized")
        user = status["user"]
        groups = tuple(user.get("groups") or ())
        return User(user.get("username", ""), user.get("uid", ""), groups, user.get("extra") or {})

    async def allowed(self, user: User, node: str, verb: str, subresource: str) -> bool:
        """Whether ``user`` may ``verb`` ``nodes/subresource`` of ``node``; raises ``Refusal`` when nobody answers."""
        attributes = {
            "verb": verb,
            "version": "v1",
            "group": "",
            "resource": "nodes",
            "subresource": subresource,
            "name": node,
        }
        spec = {
            "user": user.name,
            "uid": user.uid,
            "groups": list(user.groups),
            "extra": user.extra,
            "resourceAttributes": attributes,
        }
        body = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
        return bool((await self._ask(ACCESS_REVIEWS, body)).get("allowed"))

    async def _ask(self, resource: Resource, body: JSON) -> JSON:
        now = self._world.clock.monotonic()
        # A digest, so that no token stays in memory longer than its request.
        key = hashlib.sha256(msgspec.json.encode(body, order="deterministic")).digest()
        found = self._answers.get(key)
        if found is not None and now - found[0] < CACHE_SECONDS:
            return found[1]
        try:
            status: JSON = (await self._world.virtual.client.create(resource, "", body)).get("status") or {}
        except (ApiError, Unreachable) as error:
            raise Refusal(503, f"the virtual API server cannot say who you are: {error}") from error
        while len(self._answers) >= MAX_CACHED:
            self._answers.pop(next(iter(self._answers)))
        self._answers[key] = (now, status)
        return status


class DirectGuard:
    """Checks each request of one connection: by client certificate when one was shown, else by bearer token."""

    def __init__(self, reviews: Reviews, certificate: User | None) -> None:
        self._reviews = reviews
        self._certificate = certificate

    async def check(self, node: str, request: Request, call: PodCall | NodeCall) -> None:
        """Raise ``Refusal`` unless the caller is known and allowed to make ``call``."""
        user = self._certificate or await self._token_user(request)
        verb = verb_of(request, call)
        wanted = subresources_of(call)
        for subresource in wanted:
            if await self._reviews.allowed(user, node, verb, subresource):
                return
        what = " or ".join(f"nodes/{subresource}" for subresource in wanted)
        raise Refusal(403, f'user "{user.name}" may not {verb} {what} of node "{node}"', "Forbidden")

    async def _token_user(self, request: Request) -> User:
        scheme, _, token = request.headers.get("Authorization").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Refusal(401, "a bearer token or a client certificate is needed", "Unauthorized")
        return await self._reviews.user_of_token(token.strip())


def verb_of(request: Request, call: PodCall | NodeCall) -> str:
    """The RBAC verb of a request; HEAD counts as GET."""
    if isinstance(call, PodCall) and call.streams:
        return "create"
    return _VERBS.get(request.method, "get")


def subresources_of(call: PodCall | NodeCall) -> tuple[str, ...]:
    """Sub-resources of nodes any of which allows ``call``, the narrowest first (KEP-2862)."""
    if isinstance(call, PodCall):
        return ("proxy",)
    first = call.path.strip("/").partition("/")[0]
    if first in _COARSE:
        return (_COARSE[first],)
    return (_FINE[first], "proxy") if first in _FINE else ("proxy",)


def user_of_certificate(subject: tuple[tuple[tuple[str, str], ...], ...]) -> User | None:
    """Common name and organizations of a verified client certificate, as the ssl module shows them."""
    pairs = [pair for part in subject for pair in part]
    name = next((value for key, value in pairs if key == "commonName"), "")
    groups = tuple(value for key, value in pairs if key == "organizationName")
    return User(name, groups=(*groups, "system:authenticated")) if name else None
