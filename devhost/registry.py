"""Talks to a local registry with the distribution API (https://distribution.github.io/distribution/spec/api/)."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from devhost import oci
from devhost.errors import HostError
from devhost.imageref import ImageRef

SECONDS = 120.0


@dataclass(frozen=True)
class Reply:
    """Status code, headers and body of one answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Registry:
    """A plain-HTTP registry at `address` (host:port)."""

    def __init__(self, address: str) -> None:
        self._address = address

    def push(self, ref: ImageRef, image: oci.Image) -> None:
        """Uploads what the registry lacks of `image` and points the tag at it."""
        for blob in image.blobs:
            self._push_blob(ref.repository, blob)
        path = f"/v2/{ref.repository}/manifests/{ref.tag}"
        self._expect(201, "PUT", path, image.manifest, {"Content-Type": oci.MANIFEST})

    def images(self) -> list[str]:
        """Every repository with its tags, as `repository:tag`, sorted."""
        catalogue = self._json("/v2/_catalog?n=1000").get("repositories") or []
        return sorted(
            f"{name}:{tag}" for name in catalogue for tag in self._json(f"/v2/{name}/tags/list").get("tags") or []
        )

    def _push_blob(self, repository: str, blob: oci.Blob) -> None:
        if self._request("HEAD", f"/v2/{repository}/blobs/{blob.digest}").status == http.client.OK:
            return
        started = self._expect(202, "POST", f"/v2/{repository}/blobs/uploads/")
        location = urlsplit(started.headers["Location"])
        query = f"{location.query}&digest={blob.digest}".removeprefix("&")
        self._expect(201, "PUT", f"{location.path}?{query}", blob.data)

    def _json(self, path: str) -> dict[str, Any]:
        reply = self._request("GET", path)
        value: dict[str, Any] = json.loads(reply.body) if reply.status == http.client.OK else {}
        return value

    def _expect(
        self, status: int, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Reply:
        reply = self._request(method, path, body, headers)
        if reply.status != status:
            raise HostError(
                f"registry {self._address}: {method} {path} answered {reply.status}, expected {status}",
                reply.body.decode(errors="replace")[:500],
            )
        return reply

    def _request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Reply:
        connection = http.client.HTTPConnection(self._address, timeout=SECONDS)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        except OSError as error:
            raise HostError(f"registry {self._address} doesn't answer: {error}; is the host up?") from error
        finally:
            connection.close()
