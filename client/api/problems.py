"""What the local API says when it cannot do what was asked: one table, both ways."""

import msgspec
from aiohttp import web

from client.api.asked import TunnelRefused
from client.deliveries.faults import NotWritten
from client.deliveries.filter import FilterError
from client.deliveries.importing import RequestUnreadable
from client.inspector import ReplayRefused, UnknownDelivery
from client.openings import NameInUse, UnknownTunnel
from shared.errors import LinkRefused, TunnelError
from shared.sqlite import StoreUnusable

_TABLE: tuple[tuple[type[TunnelError], int, str], ...] = (
    (UnknownDelivery, 404, "unknown-delivery"),
    (ReplayRefused, 409, "replay-refused"),
    (FilterError, 400, "bad-filter"),
    (StoreUnusable, 503, "history-unusable"),
    (NotWritten, 503, "history-not-written"),
    (UnknownTunnel, 404, "unknown-tunnel"),
    (NameInUse, 409, "name-in-use"),
    (TunnelRefused, 400, "tunnel-refused"),
    (LinkRefused, 502, "relay-refused"),
    (RequestUnreadable, 400, "request-unreadable"),
    (TunnelError, 400, "refused"),
)

_KEPT_TYPES: dict[str, type[TunnelError]] = {
    "unknown-delivery": UnknownDelivery,
    "replay-refused": ReplayRefused,
    "history-not-written": NotWritten,
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """A problem document (RFC 9457)."""

    title: str
    status: int
    detail: str
    code: str
    position: int | None = None
    """In a filter: where the mistake begins, in characters from 0."""
    length: int | None = None
    suggestion: str = ""
    query: str = ""


class ApiRefused(TunnelError):  # noqa: N818 - reads as the sentence it is
    """The local API refused, for a reason that has no type of its own."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def answer(problem: Problem) -> web.Response:
    """Give the document as an answer."""
    return web.Response(
        status=problem.status, body=msgspec.json.encode(problem), content_type="application/problem+json"
    )


def refusal(status: int, code: str, detail: str) -> web.Response:
    """Give an answer that refuses."""
    return answer(Problem(_title(code), status, detail, code))


def problem_of(error: TunnelError) -> Problem:
    """Give the document that says what happened."""
    status, code = next((status, code) for kind, status, code in _TABLE if isinstance(error, kind))
    if isinstance(error, FilterError):
        return Problem(
            _title(code), status, str(error), code, error.position, error.length, error.suggestion, error.text
        )
    return Problem(_title(code), status, str(error), code)


def error_of(problem: Problem) -> TunnelError:
    """Give the error that a document stands for: the other end of `problem_of`."""
    kind = _KEPT_TYPES.get(problem.code)
    if kind is not None:
        return kind(problem.detail)
    if problem.code == "bad-filter" and problem.position is not None:
        return FilterError(problem.detail, text=problem.query, position=problem.position, length=problem.length or 1)
    return ApiRefused(problem)


def _title(code: str) -> str:
    return code.replace("-", " ").capitalize()
