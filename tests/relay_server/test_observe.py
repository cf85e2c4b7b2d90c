"""The line of each delivery in the log."""

import asyncio
import logging
from collections.abc import Iterator

import pytest

from relay_server.observe import Observe
from shared.errors import ContentBroken, ExchangeFailed, Failure, LinkClosed
from shared.exchange import Content, Handler, Request, Response
from shared.logs import Log
from tests.exchanges import drain, echo, request, response


@pytest.fixture
def lines() -> Iterator[list[logging.LogRecord]]:
    """Give the lines as they are written."""
    kept: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = kept.append  # type: ignore[method-assign,assignment]
    logger = logging.getLogger("relay.exchange")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield kept
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


def observed(inner: Handler) -> Observe:
    """Watch a handler with a clock that goes on by a second at each look."""
    times = iter(range(100))
    return Observe(inner, Log("relay.exchange"), timer=lambda: float(next(times)))


def fields(record: logging.LogRecord) -> dict[str, object]:
    """Give the keys and values of a line."""
    found: dict[str, object] = record.__dict__["fields"]
    return found


async def test_line_of_a_whole_exchange(lines: list[logging.LogRecord]) -> None:
    """One line says what came, what left, and how long it took, when the answer is closed."""
    answer = await observed(echo)(request(b"hello"))
    assert await drain(answer.content) == b"hello"
    assert lines == []
    answer.close()
    assert [(record.getMessage(), fields(record)) for record in lines] == [
        (
            "exchange.finished",
            {
                "delivery": "dlv_test",
                "endpoint": "demo",
                "method": b"POST",
                "status": 200,
                "seconds": 1.0,
                "bytes_in": 0,
                "bytes_out": 5,
            },
        )
    ]


async def test_bytes_are_counted_both_ways(lines: list[logging.LogRecord]) -> None:
    """What is taken of both contents is counted."""

    async def inner(asked: Request) -> Response:
        """Stand for what is watched."""
        assert asked.content.whole() == b"hello"
        return response(b"ok")

    answer = await observed(inner)(request(b"hello"))
    answer.content.whole()
    answer.close()
    assert (fields(lines[0])["bytes_in"], fields(lines[0])["bytes_out"]) == (5, 2)


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ExchangeFailed(Failure.ORIGIN_REFUSED), "origin-refused"),
        (LinkClosed("gone"), "endpoint-lost"),
        (ValueError("a bug"), "relay-internal"),
        (asyncio.CancelledError(), "sender-aborted"),
        (asyncio.CancelledError(Failure.ORIGIN_TIMEOUT), "origin-timeout"),
        (asyncio.CancelledError("whatever"), "sender-aborted"),
    ],
)
async def test_line_of_a_failed_exchange(error: BaseException, failure: str, lines: list[logging.LogRecord]) -> None:
    """The line names why there was no answer, and the reason goes on to the caller."""

    async def inner(_: Request) -> Response:
        """Stand for what is watched."""
        raise error

    with pytest.raises(type(error)):
        await observed(inner)(request())
    assert (fields(lines[0])["failure"], fields(lines[0])["status"]) == (failure, 0)


async def test_line_of_an_answer_that_broke_off(lines: list[logging.LogRecord]) -> None:
    """An answer that broke off is told with its reason."""
    content = Content(ended=False)

    async def inner(_: Request) -> Response:
        """Stand for what is watched."""
        return response(content)

    answer = await observed(inner)(request())
    content.fail(ContentBroken(Failure.ORIGIN_TRUNCATED))
    with pytest.raises(ContentBroken):
        await answer.content.read()
    answer.close()
    assert fields(lines[0])["failure"] == "origin-truncated"


async def test_line_of_an_answer_that_nobody_took(lines: list[logging.LogRecord]) -> None:
    """An answer that is closed before its end means that the sender went away."""
    content = Content(ended=False)

    async def inner(_: Request) -> Response:
        """Stand for what is watched."""
        return response(content)

    (await observed(inner)(request())).close()
    assert fields(lines[0])["failure"] == "sender-aborted"


async def test_quiet_log_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Where nobody wants the line, the exchange passes untouched."""
    caplog.set_level(logging.WARNING)
    answer = await observed(echo)(request(b"x"))
    answer.close()
    assert caplog.records == []
