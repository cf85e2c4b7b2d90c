"""Fetching and preparing contents."""

import pytest

from client.inspector import UnknownDelivery
from client.tui.model.contents import Contents, Key, Shown
from tests.client.tui.fake import FakeInspector, contents, delivery

BIG = b'{"list":[' + b'{"a":1},' * 60_000 + b"{}]}"


def client(body: bytes) -> tuple[FakeInspector, Key]:
    """Give a client with one delivery, and the key of its request."""
    fake = FakeInspector()
    fake.put(delivery(body=body), contents(body))
    return fake, Key("dlv_000001", 1, "request", len(body))


async def test_load_shows_small_content_at_once() -> None:
    """Small content comes whole, and is at hand from then on."""
    fake, key = client(b'{"a":1}')
    contents_, shown = Contents(fake), list[Shown]()
    assert contents_.at_hand(key, "auto") is None
    await contents_.load(key, "application/json", "auto", shown.append)
    assert [one.whole for one in shown] == [True]
    assert contents_.at_hand(key, "auto") == shown[0]
    assert contents_.at_hand(key, "raw") is None


async def test_load_shows_a_beginning_of_big_content_first() -> None:
    """Big content is there at once with its beginning, then whole."""
    fake, key = client(BIG)
    shown = list[Shown]()
    await Contents(fake).load(key, "application/json", "auto", shown.append)
    assert [one.whole for one in shown] == [False, True]
    assert shown[0].rendering.labels == ("JSON, pretty, beginning", "480.0 KB")


async def test_load_fetches_once_for_all_views() -> None:
    """Another view of the same content needs no fetch."""
    fake, key = client(b"text")
    contents_ = Contents(fake)
    await contents_.load(key, "", "auto", lambda _: None)
    fake.contents.clear()
    await contents_.load(key, "", "hex", lambda _: None)
    assert contents_.at_hand(key, "hex") is not None


async def test_load_of_what_is_gone() -> None:
    """Content that is not there any more is an error of the inspector's."""
    with pytest.raises(UnknownDelivery):
        await Contents(FakeInspector()).load(Key("x", 1, "request", 1), "", "auto", lambda _: None)


async def test_contents_are_forgotten_when_many() -> None:
    """What was not looked at for the longest time makes room, in bytes and in views."""
    fake = FakeInspector()
    contents_ = Contents(fake)
    keys = []
    for seq in range(1, 12):
        body = b"x" * 3_000_000
        fake.put(delivery(seq, body=body), contents(body))
        keys.append(Key(f"dlv_{seq:06d}", 1, "request", len(body)))
        await contents_.load(keys[-1], "text/plain", "hex", lambda _: None)
    assert [contents_.at_hand(key, "hex") is not None for key in keys] == [False] * 6 + [True] * 5
