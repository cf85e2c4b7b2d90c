"""The harness's bad network, between its own sender and app."""

import asyncio

from tests.system.app import Answer, serving
from tests.system.chaos import between
from tests.system.sender import Sender


async def test_nothing_changes_in_good_weather() -> None:
    """The proxy carries both directions byte for byte."""
    async with serving() as app, between(app.port) as proxy:
        sent = await Sender(proxy.port, "demo").send(b"y" * 500_000, fields=[Answer(size=400_000).field()])
    assert (sent.status, app.journal[0].message.sha256) == (200, sent.content_sha256)


async def test_slicing_changes_no_byte() -> None:
    """Pieces of one byte arrive as the whole."""
    async with serving() as app, between(app.port) as proxy:
        proxy.weather["out"].slice_bytes = 1
        sent = await Sender(proxy.port, "demo").send(bytes(range(256)))
    assert app.journal[0].message.sha256 == sent.content_sha256


async def test_latency_delays_each_way() -> None:
    """An exchange takes at least the latency of both directions."""
    async with serving() as app, between(app.port) as proxy:
        for weather in proxy.weather.values():
            weather.latency_seconds = 0.05
        sent = await Sender(proxy.port, "demo").send(b"x")
    assert sent.status == 200
    assert sent.seconds >= 0.1


async def test_black_hole_swallows_until_it_heals() -> None:
    """A direction in a black hole says nothing; healed, it gives what it held."""
    async with serving() as app, between(app.port) as proxy, asyncio.TaskGroup() as tasks:
        proxy.black_hole("in")
        sending = tasks.create_task(Sender(proxy.port, "demo").send(b"x"))
        await app.arrived()
        assert not sending.done()
        proxy.heal()
    assert sending.result().status == 200


async def test_reset_after_cuts_at_the_byte() -> None:
    """The app gets exactly as many bytes as may pass, then both sides are reset."""
    async with serving() as app, between(app.port) as proxy:
        proxy.weather["out"].reset_after_bytes = 100_000
        sent = await Sender(proxy.port, "demo").send(b"x" * 200_000)
        await app.arrived()
    (entry,) = app.journal
    assert (sent.ending, entry.complete) == ("broken", False)
    assert len(entry.message.head) + entry.message.size == 100_000


async def test_reset_all_ends_what_is_open() -> None:
    """Every open connection is reset."""
    async with serving() as app, between(app.port) as proxy, asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(Sender(proxy.port, "demo").send(fields=[Answer(end="hang").field()]))
        await app.arrived()
        assert proxy.connections == 1
        proxy.reset_all()
    assert sending.result().ending == "broken"


async def test_half_close_leaves_the_other_direction() -> None:
    """After a FIN from the sender's side the answer still comes."""
    async with serving() as app, between(app.port) as proxy, asyncio.TaskGroup() as tasks:
        sending = tasks.create_task(Sender(proxy.port, "demo").send(fields=[Answer(wait_seconds=0.1).field()]))
        await app.arrived()
        proxy.half_close("out")
    assert sending.result().status == 200


async def test_refusing_accepts_and_closes() -> None:
    """Whoever connects is let in and dropped."""
    async with serving() as app, between(app.port) as proxy:
        proxy.refusing = True
        sent = await Sender(proxy.port, "demo").send()
    assert (sent.ending, proxy.accepted, app.connections) == ("broken", 1, 0)
