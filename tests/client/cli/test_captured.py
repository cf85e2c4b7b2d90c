"""Deliveries are named as people name them, and chosen one way at a time."""

import click
import pytest

from client.cli.captured import (
    Name,
    NothingChosen,
    as_json,
    attempt_of,
    choose,
    exchange,
    find,
    page_through,
    read_name,
)
from client.deliveries.filter import FilterError
from client.inspector import UnknownDelivery
from tests.client.deliveries.stage import Desk, answering, event


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("dlv_1", Name("dlv_1")),
        ("dlv_1.2", Name("dlv_1", 2)),
        ("7.10", Name("7", 10)),
        (".2", Name(".2")),
        ("a.b", Name("a.b")),
    ],
)
def test_read_name(text: str, name: Name) -> None:
    """`.N` is an attempt."""
    assert read_name(text) == name


async def test_find_by_number_and_beginning(desk: Desk) -> None:
    """The number in lists, with or without `#`, and the id's beginning mean the same delivery."""
    await desk.send()
    found = [(await find(desk.inspector, name)).summary.id for name in ("1", "#1", "dlv_")]
    assert found == ["dlv_000001"] * 3


@pytest.mark.parametrize("name", ["2", "#0", "dlv_9", "99999999999999999999", ""])
async def test_find_nothing(desk: Desk, name: str) -> None:
    """What is not there is said."""
    await desk.send()
    with pytest.raises(UnknownDelivery):
        await find(desk.inspector, name)


async def test_attempt_of_unknown_number(desk: Desk) -> None:
    """The numbers that there are are named."""
    await desk.send()
    detail = await find(desk.inspector, "1")
    with pytest.raises(UnknownDelivery, match="has no attempt 3; it has 1"):
        attempt_of(detail, 3)


@pytest.mark.parametrize(("newest", "seqs"), [(None, range(1, 13)), (5, range(8, 13)), (99, range(1, 13))])
async def test_page_through_gives_the_newest_in_order(desk: Desk, newest: int | None, seqs: range) -> None:
    """Oldest first, whatever the number of pages."""
    for _ in range(12):
        await desk.send()
    assert [one.seq async for one in page_through(desk.inspector, "", newest=newest, page=5)] == list(seqs)


async def test_choose_by_filter(desk: Desk) -> None:
    """Filter, failure and newness narrow each other."""
    await desk.send(*event("evt_1"))
    desk.app = answering(500)
    await desk.send(*event("evt_2"))
    await desk.send()
    asked: list[dict[str, object]] = [
        {"failed": True},
        {"latest": True},
        {"query": "type:call.ended | sig:ok", "failed": True},
        {"query": "type:call.ended", "latest": True},
    ]
    found = [await choose(desk.inspector, (), **one) for one in asked]  # type: ignore[arg-type]
    assert found == [["dlv_000002", "dlv_000003"], ["dlv_000003"], ["dlv_000002"], ["dlv_000002"]]


async def test_choose_by_name(desk: Desk) -> None:
    """In the order in which they are named."""
    await desk.send()
    await desk.send()
    assert await choose(desk.inspector, ("2", "1")) == ["dlv_000002", "dlv_000001"]


async def test_choose_nothing(desk: Desk) -> None:
    """Each way of choosing nothing says what to do."""
    with pytest.raises(click.UsageError, match="say which deliveries"):
        await choose(desk.inspector, ())
    with pytest.raises(click.UsageError, match="not both"):
        await choose(desk.inspector, ("1",), latest=True)
    with pytest.raises(NothingChosen, match="no delivery matches is:failed"):
        await choose(desk.inspector, (), failed=True)
    with pytest.raises(NothingChosen, match="no delivery yet"):
        await choose(desk.inspector, (), latest=True)
    with pytest.raises(FilterError):
        await choose(desk.inspector, (), query="sig:bda")


async def test_exchange_is_what_was_captured(desk: Desk) -> None:
    """Octets of head and contents, and what was answered."""
    await desk.send(b"\x00\xff", ((b"X-Obs", b"caf\xe9"),), method=b"PUT", target=b"/a?\xe9")
    detail = await find(desk.inspector, "1")
    read = await exchange(desk.inspector, detail, detail.attempts[0])
    assert (read.method, read.target, read.fields[-1], read.content, read.version) == (
        b"PUT",
        b"/a?\xe9",
        (b"X-Obs", b"caf\xe9"),
        b"\x00\xff",
        b"1.1",
    )
    assert read.response is not None
    assert (read.response.status, read.response.content) == (200, b'{"ok":true}')


async def test_exchange_of_a_cut_capture_has_no_content(desk: Desk) -> None:
    """What was not captured whole is not taken for the whole."""
    desk.capture_bytes = 4
    desk.record = desk.recorder()
    await desk.send(b"12345678")
    detail = await find(desk.inspector, "1")
    read = await exchange(desk.inspector, detail, detail.attempts[0])
    assert (read.content, read.content_bytes) == (None, 8)


def test_as_json_is_ascii() -> None:
    """Nothing in it steers a terminal."""
    assert as_json({"a": "\x9b\x7f\x1bé"}) == '{"a": "\\u009b\\u007f\\u001b\\u00e9"}'
