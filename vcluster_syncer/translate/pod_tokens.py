"""Projected service-account tokens: the host kubelet would ask the host for them, so they travel in a Secret of ours.

Life time rules are the kubelet's: a fresh token after 80 % of the life time or 24 hours, whichever comes first
(Kubernetes docs, "Configure Service Accounts for Pods", "Launch a Pod using service account token projection").
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from vcluster_contract import markers, names
from vcluster_contract.kinds import PODS
from vcluster_syncer.kube.api import JSON, Key, Meta
from vcluster_syncer.translate.metadata import identity_annotations, marker_labels
from vcluster_syncer.translate.scope import Scope

DEFAULT_SECONDS: Final = 3600
_READABLE_BY_OTHERS: Final = 0o004
_DEFAULT_MODE: Final = 0o644
_DATA_KEY: Final = re.compile(r"[-._a-zA-Z0-9]{1,120}")


class TokenSource(msgspec.Struct, frozen=True):
    """One ``serviceAccountToken`` source of a projected volume."""

    volume: str
    path: str
    audience: str
    expiration_seconds: int

    @property
    def data_key(self) -> str:
        """Key in the token Secret; volume names hold no dot, so no two sources share one."""
        path = self.path if _DATA_KEY.fullmatch(self.path) else hashlib.sha256(self.path.encode()).hexdigest()
        return f"{self.volume}.{path}"


class TokenTimes(msgspec.Struct, frozen=True):
    """When a token ends and when a fresh one is due."""

    expires: datetime
    refresh: datetime


class Token(msgspec.Struct, frozen=True):
    """A token as issued."""

    value: str
    times: TokenTimes


def token_sources(pod: JSON) -> tuple[TokenSource, ...]:
    """All token sources of the virtual ``pod``."""
    return tuple(_sources(pod["spec"]))


def _sources(spec: JSON) -> Iterator[TokenSource]:
    for volume in spec.get("volumes") or ():
        for source in (volume.get("projected") or {}).get("sources") or ():
            if source.get("serviceAccountToken"):
                yield _source(volume["name"], source["serviceAccountToken"])


def _source(volume: str, token: JSON) -> TokenSource:
    seconds = token.get("expirationSeconds") or DEFAULT_SECONDS
    return TokenSource(volume, token["path"], token.get("audience", ""), seconds)


def host_token_source(scope: Scope, pod: JSON, volume: JSON, token: JSON) -> JSON:
    """The projected source that puts the token from our Secret at the same path."""
    metadata = pod["metadata"]
    item: JSON = {"key": _source(volume["name"], token).data_key, "path": token["path"]}
    mode = volume["projected"].get("defaultMode", _DEFAULT_MODE)
    # The kubelet hands a token file to the pod's user, a Secret's file belongs to root.
    if not mode & _READABLE_BY_OTHERS and _runs_as_user(pod["spec"]):
        item["mode"] = mode | 0o444
    return {
        "secret": {"name": names.token_secret(metadata["name"], metadata["namespace"], scope.vcluster), "items": [item]}
    }


def _runs_as_user(spec: JSON) -> bool:
    contexts = [spec.get("securityContext"), *(item.get("securityContext") for item in spec.get("containers") or ())]
    shared = (spec.get("securityContext") or {}).get("fsGroup")
    return shared is None and any((context or {}).get("runAsUser") for context in contexts)


def token_request(pod: Meta, source: TokenSource) -> JSON:
    """Body of ``serviceaccounts/NAME/token``, bound to the virtual pod so that the token dies with it."""
    bound = {"apiVersion": "v1", "kind": "Pod", "name": pod.key.name, "uid": pod.uid}
    spec: JSON = {"expirationSeconds": source.expiration_seconds, "boundObjectRef": bound}
    if source.audience:
        spec["audiences"] = [source.audience]
    return {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}


def issued_token(answer: JSON, now: datetime, jitter: float) -> Token:
    """The token of a TokenRequest answered at ``now``; ``jitter`` in seconds makes the refresh earlier."""
    expires = datetime.fromisoformat(answer["status"]["expirationTimestamp"])
    due = min(0.8 * (expires - now).total_seconds(), 86400.0)
    refresh = now + timedelta(seconds=max(due - jitter, 0.0))
    return Token(answer["status"]["token"], TokenTimes(expires, refresh))


def recorded_times(secret: Meta) -> dict[str, TokenTimes]:
    """Times by data key as recorded on a token Secret; {} when the record cannot be read."""
    try:
        return msgspec.json.decode(secret.annotations.get(markers.TOKEN_TIMES, "{}"), type=dict[str, TokenTimes])
    except msgspec.DecodeError:
        return {}


def due_sources(sources: Sequence[TokenSource], times: Mapping[str, TokenTimes], now: datetime) -> list[TokenSource]:
    """Sources that need a fresh token."""
    return [source for source in sources if source.data_key not in times or times[source.data_key].refresh <= now]


def token_secret(scope: Scope, pod: Meta, tokens: Mapping[str, Token]) -> JSON:
    """Host Secret with ``tokens`` by data key for the virtual ``pod``."""
    name = names.token_secret(pod.key.name, pod.key.namespace, scope.vcluster)
    identity = identity_annotations(scope, PODS, {"name": pod.key.name, "namespace": pod.key.namespace, "uid": pod.uid})
    metadata: JSON = {
        "name": name,
        "namespace": scope.host_namespace,
        "labels": marker_labels(scope, pod.key.namespace),
        "annotations": identity
        | {markers.OBJECT_HOST_NAME: name, markers.SKIP_BACKSYNC: "true"}
        | {markers.TOKEN_TIMES: _record({key: token.times for key, token in tokens.items()})},
    }
    if scope.owner is not None:
        metadata["ownerReferences"] = [dict(scope.owner)]
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "Opaque", "data": _data(tokens)}


def token_patch(pod: Meta, secret: Meta, stale_keys: Sequence[str], tokens: Mapping[str, Token]) -> JSON:
    """Merge patch that puts ``tokens`` into ``secret`` and removes ``stale_keys``; refused when it changed since."""
    kept = {key: value for key, value in recorded_times(secret).items() if key not in stale_keys}
    times = kept | {key: token.times for key, token in tokens.items()}
    annotations: dict[str, Any] = {
        markers.OBJECT_UID: pod.uid,
        markers.TOKEN_TIMES: _record(times),
    }
    return {
        "metadata": {"resourceVersion": secret.resource_version, "annotations": annotations},
        "data": dict.fromkeys(stale_keys) | _data(tokens),
    }


def token_secret_key(scope: Scope, pod: Key) -> Key:
    """Key of the host Secret with the tokens of the virtual pod."""
    return Key(scope.host_namespace, names.token_secret(pod.name, pod.namespace, scope.vcluster))


def _data(tokens: Mapping[str, Token]) -> JSON:
    return {key: base64.b64encode(token.value.encode()).decode() for key, token in tokens.items()}


def _record(times: Mapping[str, TokenTimes]) -> str:
    return msgspec.json.encode(times, order="deterministic").decode()
