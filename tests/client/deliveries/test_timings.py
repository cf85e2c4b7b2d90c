"""Where the time of an attempt went."""

import pytest

from client.cli.show import shown
from shared.errors import ExchangeFailed, Failure
from shared.exchange import Request, Response
from tests.client.deliveries.stage import Desk, answering, event, raising


async def test_attempt_keeps_where_its_time_went(desk: Desk) -> None:
    """From relay to client, connecting, first byte, in all; a replay did not come from the relay."""

    async def app(request: Request) -> Response:
        """Take 0.5 s, 0.1 s of which were for the connection."""
        desk.clock.now += 0.5
        response = await answering()(request)
        response.connect_seconds = 0.1
        return response

    desk.app = app
    content, fields = event()
    delivery = desk.delivery
    desk.clock.now += 2
    received = desk.clock.now - 2
    desk.delivery = lambda: type(delivery())("dlv_x", 1, "demo", received, "", "https://demo.localhost:8443")  # type: ignore[method-assign]
    await desk.send(content, fields)
    first = (await desk.inspector.delivery("dlv_x")).attempts[0]
    assert (first.relay_seconds, first.connect_seconds) == (2.0, 0.1)
    assert (first.first_byte_seconds, first.duration_seconds) == (0.5, 0.5)
    assert "relay to client 2.0 s · connected in 100 ms · first byte after 500 ms" in await shown(desk.inspector, "1")
    second = await desk.inspector.replay("dlv_x")
    assert (second.relay_seconds, second.first_byte_seconds) == (None, 0.5)


async def test_time_of_the_next_attempt_is_known_where_the_provider_says_it(desk: Desk) -> None:
    """TalkifAI sends a failed event again after 30 s; when that is over nothing is promised."""
    desk.app = answering(500)
    await desk.send(*event("evt_1"))
    detail = await desk.inspector.delivery("dlv_000001")
    assert detail.attempts[0].retry_at == desk.clock.now + 30
    assert "(1 of 3)" in detail.attempts[0].clock
    assert "next attempt in" not in await shown(desk.inspector, "1")
    desk.app = answering(200)
    await desk.send(*event("evt_2"))
    assert (await desk.inspector.delivery("dlv_000002")).attempts[0].retry_at is None


async def test_failed_attempt_has_no_first_byte(desk: Desk) -> None:
    """What never answered took its time all the same."""
    desk.app = raising(ExchangeFailed(Failure.ORIGIN_REFUSED, "nobody"))
    with pytest.raises(ExchangeFailed):
        await desk.send()
    attempt = (await desk.inspector.delivery("dlv_000001")).attempts[0]
    assert (attempt.first_byte_seconds, attempt.connect_seconds, attempt.duration_seconds) == (None, None, 0.0)
