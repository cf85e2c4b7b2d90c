"""What can go wrong, as types.

TunnelError
├── ProtocolError      a peer broke the tunnel protocol (or we did: then it is a bug)
├── LinkClosed         the link between relay and client is gone
│   └── LinkRefused    the relay will not have us; says whether trying again makes sense
├── ExchangeFailed     a request got no answer; `failure` is a code of the error table
└── ContentBroken      content ended before it was complete
"""

from enum import StrEnum
from typing import Literal

Delivered = Literal["no", "unknown", "yes"]
"""Whether the app got the request: a retry after `no` cannot make a duplicate."""


class Failure(StrEnum):
    """Why an exchange has no answer of the app's: the codes that senders and users see."""

    BAD_REQUEST = "bad-request"
    BAD_HOST = "bad-host"
    MISDIRECTED = "misdirected"
    METHOD_NOT_ALLOWED = "method-not-allowed"
    UNSUPPORTED_CODING = "unsupported-coding"
    HTTP_VERSION = "http-version"
    REQUEST_TIMEOUT = "request-timeout"
    CONTENT_TOO_LARGE = "content-too-large"
    URI_TOO_LONG = "uri-too-long"
    HEADERS_TOO_LARGE = "headers-too-large"
    EXPECTATION = "expectation"
    ENDPOINT_UNKNOWN = "endpoint-unknown"
    NAME_BLOCKED = "name-blocked"
    POLICY_DENIED = "policy-denied"
    SIGNATURE_INVALID = "signature-invalid"
    RATE_LIMITED = "rate-limited"
    ENDPOINT_OFFLINE = "endpoint-offline"
    ENDPOINT_OVERLOADED = "endpoint-overloaded"
    ENDPOINT_LOST = "endpoint-lost"
    ORIGIN_REFUSED = "origin-refused"
    ORIGIN_UNREACHABLE = "origin-unreachable"
    ORIGIN_DNS = "origin-dns"
    ORIGIN_CONNECT_TIMEOUT = "origin-connect-timeout"
    ORIGIN_TLS = "origin-tls"
    ORIGIN_CLOSED = "origin-closed"
    ORIGIN_BAD_RESPONSE = "origin-bad-response"
    ORIGIN_TIMEOUT = "origin-timeout"
    ORIGIN_TRUNCATED = "origin-truncated"
    SENDER_ABORTED = "sender-aborted"
    HISTORY_FULL = "history-full"
    LOOP = "loop"
    RELAY_DRAINING = "relay-draining"
    RELAY_OVERLOADED = "relay-overloaded"
    RELAY_INTERNAL = "relay-internal"
    CLIENT_INTERNAL = "client-internal"


class TunnelError(Exception):
    """Anything this product raises on purpose."""


class ProtocolError(TunnelError):
    """A peer sent what the tunnel protocol does not allow."""


class LinkClosed(TunnelError):  # noqa: N818 - named for what happened, as websockets' ConnectionClosed is
    """The link is gone; exchanges on it end with it."""


class LinkRefused(LinkClosed):
    """The relay refused the link or an endpoint on it."""

    def __init__(self, code: str, detail: str, *, final: bool, retry_after_seconds: float | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.final = final
        """True: no later attempt can succeed, the user must act."""
        self.retry_after_seconds = retry_after_seconds


class ExchangeFailed(TunnelError):  # noqa: N818 - the standard sentence is "the exchange failed"
    """A request that got no answer of the app's."""

    def __init__(self, failure: Failure, detail: str = "", *, delivered: Delivered = "no") -> None:
        super().__init__(f"{failure}: {detail}" if detail else str(failure))
        self.failure = failure
        self.detail = detail
        """For the user at the client; never shown to the sender, never with content of the request."""
        self.delivered: Delivered = delivered


class ContentBroken(TunnelError):  # noqa: N818 - named for what happened
    """Content that ended before it was complete; what was read so far is not the whole message."""

    def __init__(self, failure: Failure, detail: str = "") -> None:
        super().__init__(f"{failure}: {detail}" if detail else str(failure))
        self.failure = failure
        self.detail = detail


def cancelled_for(error: BaseException) -> Failure:
    """Give why an exchange's task was cancelled: the sender went away, unless the message of `cancel` is a code."""
    for code in error.args:
        if code in Failure.__members__.values():
            return Failure(code)
    return Failure.SENDER_ABORTED


def leaf(error: BaseException) -> BaseException:
    """Give the first exception inside nested groups, or `error` itself: what a TaskGroup of one concern raised."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
