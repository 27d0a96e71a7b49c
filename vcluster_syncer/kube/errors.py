"""What can go wrong when an API server is asked, as data from its Status and never as parsed text.

ApiError                    any answer that is a failure Status (Kubernetes API conventions, "Response Status Kind")
├── NotFound                404
├── AlreadyExists           409, reason AlreadyExists
├── Conflict                409, any other reason
├── Gone                    410: resource version or continue token too old
├── Invalid                 422
├── Forbidden               403
├── Unauthorized            401
├── TooManyRequests         429: carries retry_after
└── ServerError             5xx
Unreachable                 no answer: connection refused, reset, timed out
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A failure Status."""

    def __init__(
        self, code: int, reason: str = "", message: str = "", *, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(f"{code} {reason}: {message}")
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}


class NotFound(ApiError):
    """The object, its namespace or the resource does not exist."""


class AlreadyExists(ApiError):
    """An object of that name exists."""


class Conflict(ApiError):
    """Resource version, UID precondition or field ownership does not match."""


class Gone(ApiError):
    """The resource version or continue token has been compacted: list again."""


class Invalid(ApiError):
    """Validation refused the object; ``details['causes']`` names the fields."""


class Forbidden(ApiError):
    """RBAC, admission or quota refused the request."""


class Unauthorized(ApiError):
    """The credentials are not valid."""


class TooManyRequests(ApiError):
    """The server asks us to slow down."""

    @property
    def retry_after(self) -> float:
        """Seconds to wait, from the Status details or the Retry-After header."""
        return float(self.details.get("retryAfterSeconds", 1))


class ServerError(ApiError):
    """The server failed; the request may or may not have taken effect."""


class Unreachable(Exception):
    """No answer came; ``sent`` tells whether the request may have taken effect."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


_BY_CODE: dict[int, type[ApiError]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: Invalid,
    429: TooManyRequests,
}


def from_status(status: dict[str, Any], code: int) -> ApiError:
    """The exception for a decoded Status (or an empty dict when the body was none) of an HTTP answer ``code``."""
    reason = str(status.get("reason", ""))
    cls = AlreadyExists if reason == "AlreadyExists" else _BY_CODE.get(code, ServerError if code >= 500 else ApiError)
    return cls(code, reason, str(status.get("message", "")), details=status.get("details"))
