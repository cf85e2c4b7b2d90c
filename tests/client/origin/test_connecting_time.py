"""How long connecting took is told with the answer."""

from shared.exchange import Content
from tests.client.origin.ways import answered, forwarding, past_trial
from tests.exchanges import request
from tests.origins import OK, origin


async def test_new_connection_tells_its_time_and_a_kept_one_none() -> None:
    """What was connected already cost nothing."""
    async with origin(OK) as app, forwarding(app) as forward:
        response = await forward(request(b"x"))
        assert await answered(response) == (200, b"ok")
        assert response.connect_seconds is not None
        assert 0 <= response.connect_seconds < 5
        await past_trial()
        again = await forward(request(b"x"))
        assert await answered(again) == (200, b"ok")
        assert (app.connections, again.connect_seconds) == (1, None)


async def test_content_that_still_comes_tells_its_time() -> None:
    """It goes over a connection of its own."""
    async with origin(OK) as app, forwarding(app) as forward:
        content = Content(b"abc", ended=False)
        asked = request(content)
        content.end()
        response = await forward(asked)
        assert await answered(response) == (200, b"ok")
        assert response.connect_seconds is not None
