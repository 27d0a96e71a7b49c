"""Applies the objects that the compiler put into the configuration: CoreDNS and whatever the user wants from the start.

Server-side apply with our field manager (Kubernetes docs, "Server-Side Apply"): fields that others own stay theirs, and
an object that is already so is not written.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final

import msgspec

from vcluster_contract import markers
from vcluster_contract.kinds import Resource
from vcluster_syncer.clock import Clock, Random
from vcluster_syncer.kube.api import JSON, Client, Key, PatchType
from vcluster_syncer.kube.backoff import Backoff
from vcluster_syncer.kube.errors import ApiError, Unreachable
from vcluster_syncer.sync.conditions import Conditions

APPLIED: Final = "ManifestsApplied"
DNS_APPLIED: Final = "DnsApplied"
_DNS_NAMES: Final = frozenset({"coredns", "kube-dns", "system:coredns"})
_logger = logging.getLogger(__name__)


class UnknownKind(Exception):
    """The API server does not serve the kind, or not yet."""


class _Served(msgspec.Struct):
    name: str
    kind: str
    namespaced: bool


class _ServedList(msgspec.Struct):
    resources: list[_Served] = []


class Discovery:
    """Finds the resource of a kind, as the API server serves it (Kubernetes docs, "API discovery")."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._known: dict[tuple[str, str], Resource] = {}

    async def resource(self, api_version: str, kind: str) -> Resource:
        """The resource of ``kind``.

        Raises:
            UnknownKind: nothing of that kind is served.
        """
        if (api_version, kind) not in self._known:
            await self._load(api_version)
        try:
            return self._known[api_version, kind]
        except KeyError:
            raise UnknownKind(f"the virtual API server serves no kind {kind} in {api_version}") from None

    async def _load(self, api_version: str) -> None:
        group, _, version = api_version.rpartition("/")
        raw = await self._client.raw_get(f"/apis/{api_version}" if group else f"/api/{version}")
        for served in msgspec.json.decode(raw, type=_ServedList).resources:
            if "/" not in served.name:
                resource = Resource(group, version, served.name, served.kind, served.namespaced)
                self._known[api_version, served.kind] = resource


class Manifests:
    """Applies all of them in order, and again those that failed, until none is left."""

    def __init__(self, client: Client, clock: Clock, random: Random, conditions: Conditions) -> None:
        self._client = client
        self._clock = clock
        self._discovery = Discovery(client)
        self._backoff = Backoff(random, first=0.1, limit=30.0)
        self._conditions = conditions

    async def apply(self, manifests: Sequence[JSON]) -> None:
        """Returns when every object is applied; conditions tell how far it is."""
        left = list(manifests)
        while True:
            left, problems = await self._pass(left)
            dns = [problem for body, problem in zip(left, problems, strict=True) if _is_dns(body)]
            self._conditions.set(DNS_APPLIED, not dns, "; ".join(dns))
            self._conditions.set(APPLIED, not left, "; ".join(problems))
            if not left:
                return
            await self._clock.sleep(self._backoff.next())

    async def _pass(self, manifests: Sequence[JSON]) -> tuple[list[JSON], list[str]]:
        left: list[JSON] = []
        problems: list[str] = []
        for body in manifests:
            try:
                await self._one(body)
            except (ApiError, Unreachable, UnknownKind) as error:
                problem = f"{body['kind']} {_key(body)}: {error}"
                _logger.info("Manifest could not be applied", extra={"object": problem})
                left.append(body)
                problems.append(problem)
        return left, problems

    async def _one(self, body: JSON) -> None:
        resource = await self._discovery.resource(body["apiVersion"], body["kind"])
        key = _key(body) if resource.namespaced else Key("", body["metadata"]["name"])
        await self._client.patch(resource, key, body, PatchType.APPLY, field_manager=markers.FIELD_MANAGER, force=True)


def _key(body: JSON) -> Key:
    return Key(body["metadata"].get("namespace", "default"), body["metadata"]["name"])


def _is_dns(body: JSON) -> bool:
    return body["metadata"]["name"] in _DNS_NAMES and body["metadata"].get("namespace", "kube-system") == "kube-system"
