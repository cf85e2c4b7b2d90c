"""A delivery that comes back to its own relay."""

import pytest

from client.origin.circles import EndCircles
from shared.errors import ExchangeFailed, Failure
from shared.exchange import Request, Response
from shared.http.heads import Fields
from tests.exchanges import request, response

RELAYS = ((b"hookline-error", b"loop"),)


async def test_circle_is_told_as_one() -> None:
    """The relay's 508 is the sender's too, and the user is told where the address leads."""
    closed: list[bool] = []

    async def relay(_asked: Request) -> Response:
        """Answer as a relay that sees the request too often."""
        answer = response(b"{}", status=508, fields=RELAYS)
        answer.on_close(lambda: closed.append(True))
        return answer

    with pytest.raises(ExchangeFailed) as caught:
        await EndCircles(relay, target="http://localhost:8443")(request(b"x"))
    assert (caught.value.failure, caught.value.delivered, closed) == (Failure.LOOP, "no", [True])
    assert "localhost:8443" in caught.value.detail


@pytest.mark.parametrize(("status", "fields"), [(508, ()), (200, RELAYS), (508, ((b"Hookline-Error", b"other"),))])
async def test_other_answers_pass(status: int, fields: Fields) -> None:
    """An app may answer 508 itself."""

    async def app(_asked: Request) -> Response:
        """Answer as the app."""
        return response(b"x", status=status, fields=fields)

    assert (await EndCircles(app, target="http://localhost:1")(request(b"x"))).head.status == status
