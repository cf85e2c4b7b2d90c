"""Words the answers that the relay gives itself: one table from failure to status, title and advice."""

from collections.abc import Mapping
from typing import NamedTuple

from shared.errors import Delivered, Failure


class Refusal(NamedTuple):
    """How one failure is told to the sender."""

    status: int
    title: str
    advice: str
    """For the operator of the sending side: what happened, why, what to do."""
    delivered: Delivered = "no"
    """Where the error itself does not know better."""
    retryable: bool = False
    """The same request may succeed later."""
    retry_after_seconds: float | None = None
    """Before jitter, where the error itself does not know better; None: not said."""


def _again(status: int, after: float | None, title: str, advice: str, delivered: Delivered = "no") -> Refusal:
    return Refusal(status, title, advice, delivered, retryable=True, retry_after_seconds=after)


REFUSALS: Mapping[Failure, Refusal] = {
    Failure.BAD_REQUEST: Refusal(
        400,
        "The request is malformed",
        "The request is not valid HTTP/1.1, or can be read in two ways, so it was not passed on. Correct the "
        "software that sends it; sending it again will not help.",
    ),
    Failure.BAD_HOST: Refusal(
        400,
        "The Host field is not valid",
        "The request must name its host in exactly one valid Host field. Correct the URL or the software that "
        "sends it.",
    ),
    Failure.MISDIRECTED: Refusal(
        421,
        "This host is not served here",
        "The request names a host that this relay does not serve, or another one than its TLS connection was "
        "opened for. Check the URL and its DNS entry.",
    ),
    Failure.METHOD_NOT_ALLOWED: Refusal(
        405,
        "The method is not passed on",
        "This relay does not pass this method on. Use one of those in the Allow field.",
    ),
    Failure.UNSUPPORTED_CODING: Refusal(
        501,
        "The transfer coding is not supported",
        "The only transfer coding that is supported is chunked. Send the content as it is, with its length, or "
        "chunked.",
    ),
    Failure.HTTP_VERSION: Refusal(
        505,
        "The HTTP version is not supported",
        "Only HTTP/1.1 and HTTP/1.0 are spoken here. Configure the sender to use HTTP/1.1.",
    ),
    Failure.REQUEST_TIMEOUT: _again(
        408,
        None,
        "The request took too long to arrive",
        "The request did not arrive within the time it has, so it was not passed on as a whole. Send it again, faster.",
    ),
    Failure.CONTENT_TOO_LARGE: Refusal(
        413,
        "The content is too large",
        "The content is longer than this endpoint accepts. Send less, or ask its owner to raise the limit.",
    ),
    Failure.URI_TOO_LONG: Refusal(
        414,
        "The URL is too long",
        "The URL is longer than 8 KiB. Send the data as content instead.",
    ),
    Failure.HEADERS_TOO_LARGE: Refusal(
        431,
        "The header fields are too large",
        "The request has too many header fields, or too long ones. Send fewer or shorter ones.",
    ),
    Failure.EXPECTATION: Refusal(
        417,
        "The expectation cannot be met",
        "The only expectation that can be met is 100-continue. Leave the Expect field out.",
    ),
    Failure.ENDPOINT_UNKNOWN: Refusal(
        404,
        "There is no such endpoint",
        "Nobody has registered this endpoint at this relay. Check the URL; sending it again will not help until "
        "its owner registers it.",
    ),
    Failure.NAME_BLOCKED: Refusal(
        403,
        "The endpoint is blocked",
        "The operator of this relay has blocked this endpoint. Stop sending to it.",
    ),
    Failure.POLICY_DENIED: Refusal(
        403,
        "The endpoint does not accept this request",
        "The owner of this endpoint does not accept requests from this address or of this kind. Ask the owner to "
        "allow them.",
    ),
    Failure.SIGNATURE_INVALID: Refusal(
        401,
        "The signature is not valid",
        "The owner of this endpoint accepts signed requests only, and this one's signature is missing or wrong. "
        "Check that both sides use the same secret.",
    ),
    Failure.RATE_LIMITED: _again(
        429,
        5,
        "There are too many requests",
        "More requests arrived than this relay accepts from one sender. Send more slowly, and try again after the "
        "given time.",
    ),
    Failure.ENDPOINT_OFFLINE: _again(
        503,
        5,
        "The endpoint is offline",
        "The endpoint exists, but the program that serves it is not connected now. Try again after the given time.",
    ),
    Failure.ENDPOINT_OVERLOADED: _again(
        503,
        1,
        "The endpoint is busy",
        "The endpoint answers as many requests at once as it may. Try again after the given time.",
    ),
    Failure.ENDPOINT_LOST: _again(
        502,
        5,
        "The endpoint was lost",
        "The connection to the endpoint broke after the request was passed on, so the app may or may not have "
        "handled it. Try again with the same identifier.",
        "unknown",
    ),
    Failure.ORIGIN_REFUSED: _again(
        502,
        5,
        "The app is not running",
        "The endpoint is connected, but the app behind it refused the connection. Try again when the app is running.",
    ),
    Failure.ORIGIN_UNREACHABLE: _again(
        502,
        5,
        "The app cannot be reached",
        "The endpoint is connected, but the app behind it cannot be reached. Try again later.",
    ),
    Failure.ORIGIN_DNS: _again(
        502,
        5,
        "The app's host name is unknown",
        "The endpoint is connected, but the host name of the app behind it cannot be resolved. Its owner must "
        "correct it.",
    ),
    Failure.ORIGIN_CONNECT_TIMEOUT: _again(
        504,
        5,
        "The app did not accept the connection",
        "The endpoint is connected, but the app behind it did not accept a connection in time. Try again later.",
    ),
    Failure.ORIGIN_TLS: Refusal(
        502,
        "No TLS connection to the app",
        "The endpoint is connected, but no TLS connection to the app behind it can be made. Its owner must "
        "correct that.",
    ),
    Failure.ORIGIN_CLOSED: _again(
        502,
        5,
        "The app closed the connection",
        "The app behind the endpoint closed the connection before it answered; it may or may not have handled the "
        "request. Try again with the same identifier.",
        "unknown",
    ),
    Failure.ORIGIN_BAD_RESPONSE: Refusal(
        502,
        "The app's answer is not valid",
        "The app behind the endpoint got the request, but its answer is not valid HTTP. Its owner must correct "
        "the app.",
        "yes",
    ),
    Failure.ORIGIN_TIMEOUT: _again(
        504,
        30,
        "The app did not answer in time",
        "The app behind the endpoint got the request, but did not answer in time; it may still handle it. Try "
        "again with the same identifier.",
        "unknown",
    ),
    Failure.ORIGIN_TRUNCATED: Refusal(
        502,
        "The app's answer broke off",
        "The app behind the endpoint got the request, but its answer broke off. Its owner must look at the app.",
        "yes",
    ),
    Failure.SENDER_ABORTED: Refusal(
        400,
        "The request broke off",
        "The request ended before it was complete, so it was not passed on as a whole. Send it again.",
    ),
    Failure.HISTORY_FULL: _again(
        503,
        60,
        "The endpoint cannot record",
        "The endpoint passes on only what it can record, and its history is full. Try again after the given time.",
    ),
    Failure.LOOP: Refusal(
        508,
        "The request goes in circles",
        "The request has passed this relay several times: the app behind the endpoint sends it back here. Its "
        "owner must correct the app's target.",
    ),
    Failure.RELAY_DRAINING: _again(
        503,
        2,
        "The relay is restarting",
        "This relay is shutting down or restarting. Try again after the given time.",
    ),
    Failure.RELAY_OVERLOADED: _again(
        503,
        5,
        "The relay is busy",
        "This relay has as much to do as it can. Try again after the given time.",
    ),
    Failure.RELAY_INTERNAL: _again(
        500,
        5,
        "The relay made a mistake",
        "This relay failed at the request; it may or may not have been passed on. Tell its operator the delivery "
        "identifier, and try again with the same identifier.",
        "unknown",
    ),
    Failure.CLIENT_INTERNAL: _again(
        502,
        5,
        "The endpoint made a mistake",
        "The program that serves the endpoint failed at the request; the app may or may not have handled it. Try "
        "again with the same identifier.",
        "unknown",
    ),
}
"""Every failure has its row."""
