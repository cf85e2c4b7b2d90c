"""Why a delivery got no answer, told to the developer at whose desk it happened: what, why, and what to do now."""

from collections.abc import Mapping
from typing import NamedTuple

from client.views import AttemptView
from client.wording import port, short_origin
from shared.errors import Failure


class Explanation(NamedTuple):
    """Three sentences; `{origin}` and `{port}` in the table below stand for the app's address."""

    what: str
    why: str
    next_step: str


_START = "is your app running on {port}? Start it, then replay this delivery."

_TABLE: Mapping[str, Explanation] = {
    Failure.ORIGIN_REFUSED: Explanation(
        "{origin} refused the connection",
        "The delivery reached this machine but no server answered.",
        _START,
    ),
    Failure.ORIGIN_UNREACHABLE: Explanation(
        "{origin} cannot be reached",
        "The delivery reached this machine, but there is no way from here to that address.",
        "check the address after `hookline http`, then replay this delivery.",
    ),
    Failure.ORIGIN_DNS: Explanation(
        "{origin}: the name was not found",
        "No address is known for the name of your app's host.",
        "check the spelling of the name, or use 127.0.0.1, then replay this delivery.",
    ),
    Failure.ORIGIN_CONNECT_TIMEOUT: Explanation(
        "{origin} did not accept the connection in time",
        "Something drops the connection silently: a firewall, or a server whose queue is full.",
        _START,
    ),
    Failure.ORIGIN_TLS: Explanation(
        "{origin}: the TLS handshake failed",
        "The app was reached but its certificate was not accepted, or it does not speak TLS on this port.",
        "use http:// if the app speaks plain HTTP, or --insecure-origin for a self-signed certificate.",
    ),
    Failure.ORIGIN_CLOSED: Explanation(
        "{origin} closed the connection without answering",
        "The app took the request and hung up: it may have crashed or restarted while handling it.",
        "look at the app's log, then replay this delivery.",
    ),
    Failure.ORIGIN_BAD_RESPONSE: Explanation(
        "{origin} answered with something that is not HTTP",
        "The answer broke the rules of HTTP/1.1, so it was not passed on.",
        "look at what the app writes, or whether the port belongs to another service.",
    ),
    Failure.ORIGIN_TIMEOUT: Explanation(
        "{origin} did not answer in time",
        "The app took the request and was still silent, or stopped within its answer, when the time limit ended. "
        "It may have done its work.",
        "answer first and work later, or raise --timeout; then replay this delivery.",
    ),
    Failure.ORIGIN_TRUNCATED: Explanation(
        "{origin} broke off in the middle of its answer",
        "The sender saw a broken answer too: a part is never passed on as the whole.",
        "look at the app's log for an error while it was writing, then replay this delivery.",
    ),
    Failure.SENDER_ABORTED: Explanation(
        "the sender went away before the answer",
        "It closed its connection, mostly because its own time limit ended.",
        "see how long the app took; answering first and working later is the usual cure.",
    ),
    Failure.SIGNATURE_INVALID: Explanation(
        "refused with 401: the signature is required and not valid",
        "The app never saw this delivery.",
        "see the Signature tab for the reason.",
    ),
    Failure.LOOP: Explanation(
        "refused: the delivery would have come back to its own relay",
        "The app's address leads to the public URL of this tunnel.",
        "give `hookline http` the address of the app itself.",
    ),
    Failure.ENDPOINT_LOST: Explanation(
        "the link to the relay was lost before the answer got there",
        "The sender was told 502 and may send again.",
        "see whether the app did its work; the answer is kept here if there was one.",
    ),
    Failure.HISTORY_FULL: Explanation(
        "refused: it could not be recorded",
        "Recording is required, and the history cannot take more.",
        "make room on the disk, or run `hookline clear`.",
    ),
    Failure.CLIENT_INTERNAL: Explanation(
        "hookline itself failed on this delivery",
        "This is a fault in hookline, not in your app.",
        "please report it with the client's log; the delivery is kept and can be replayed.",
    ),
}

_OTHER = Explanation("no answer: {failure}", "", "replay this delivery.")

_INTERRUPTED = Explanation(
    "hookline ended before the answer came",
    "It is not known whether the app did its work.",
    "replay this delivery if it should be tried again.",
)


def explain(attempt: AttemptView) -> Explanation | None:
    """Give what happened to an attempt without an answer; None when it has one or may still get one."""
    if attempt.state == "interrupted":
        found = _INTERRUPTED
    elif attempt.failure:
        found = _TABLE.get(attempt.failure, _OTHER)
    else:
        return None
    words = {
        "origin": short_origin(attempt.target) or "the app",
        "port": port(attempt.target),
        "failure": attempt.failure,
    }
    what, why, next_step = (_fill(sentence, words) for sentence in found)
    return Explanation(what, why, next_step)


def _fill(sentence: str, words: Mapping[str, str]) -> str:
    for name, word in words.items():
        sentence = sentence.replace("{" + name + "}", word)
    return sentence


def explain_line(attempt: AttemptView) -> str:
    """Give `explain` in a line: `connection refused 127.0.0.1:3000 · is your app running on 3000? …`; empty if none."""
    explanation = explain(attempt)
    if explanation is None:
        return ""
    return f"{attempt.failure_detail or explanation.what} · {explanation.next_step}"
