"""An endpoint with links made up for the test."""

import asyncio
from contextlib import suppress

import msgspec
import pytest

from relay_server.endpoint import Endpoint, EndpointOffline
from shared.errors import ExchangeFailed, Failure, LinkClosed
from shared.exchange import Request, Response
from tests.exchanges import request, response


class MadeUp:
    """A link that answers as it is told."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error
        self.answers: list[Response] = []
        self.elsewhere = 0

    @property
    def active(self) -> int:
        """Give what runs over it, for other endpoints as well."""
        return self.elsewhere + len(self.answers)

    async def request(self, request: Request) -> Response:
        """Answer, or raise."""
        if self.error is not None:
            raise self.error
        self.answers.append(response())
        return self.answers[-1]


def endpoint(
    *links: MadeUp,
    now: list[float] | None = None,
    most: int = 256,
    reserved: int = 0,
    hold: float = 0.0,
    expected: bool = False,
) -> Endpoint:
    """Give an endpoint whose clock says `now[0]`."""
    times = now or [0.0]
    made = Endpoint(
        "demo",
        clock=lambda: times[0],
        most_exchanges=most,
        reserved_exchanges=reserved,
        hold_seconds=hold,
        expected=expected,
    )
    for link in links:
        made.attach(link)
    return made


async def test_links_answer_in_turn() -> None:
    """Requests are shared equally."""
    links = [MadeUp(), MadeUp(), MadeUp()]
    served = endpoint(*links)
    for _ in range(6):
        await served(request())
    assert [len(link.answers) for link in links] == [2, 2, 2]


async def test_link_is_attached_once() -> None:
    """Attaching a link again does not double its share; detaching a stranger does nothing."""
    link = MadeUp()
    served = endpoint(link, link)
    served.detach(MadeUp())
    assert served.links == [link]


@pytest.mark.parametrize(("passed", "seconds"), [(0.0, 5.0), (59.0, 5.0), (61.0, 60.0)])
async def test_offline_soon_after_a_link(passed: float, seconds: float) -> None:
    """Without a link the sender is told to wait: shortly, if one was here a moment ago."""
    now, link = [100.0], MadeUp()
    served = endpoint(link, now=now)
    served.detach(link)
    now[0] += passed
    with pytest.raises(EndpointOffline, match="endpoint-offline") as caught:
        await served(request())
    assert (caught.value.retry_after_seconds, caught.value.delivered) == (seconds, "no")


async def test_offline_without_ever_a_link() -> None:
    """An endpoint that never had a link is offline for longer."""
    with pytest.raises(EndpointOffline) as caught:
        await endpoint()(request())
    assert caught.value.retry_after_seconds == 60.0


@pytest.mark.parametrize(
    ("error", "failure", "delivered"),
    [
        (LinkClosed("gone"), Failure.ENDPOINT_OFFLINE, "no"),
        (ExchangeFailed(Failure.ENDPOINT_LOST, delivered="unknown"), Failure.ENDPOINT_LOST, "unknown"),
        (ExchangeFailed(Failure.ORIGIN_REFUSED), Failure.ORIGIN_REFUSED, "no"),
    ],
)
async def test_failure_of_a_link(error: Exception, failure: Failure, delivered: str) -> None:
    """A link that was gone before, one that was lost and what its client says are told apart; the exchange is over."""
    served = endpoint(MadeUp(error))
    with pytest.raises(ExchangeFailed) as caught:
        await served(request())
    assert (caught.value.failure, caught.value.delivered, served.active) == (failure, delivered, 0)


async def test_too_many_exchanges() -> None:
    """An exchange counts until its response is closed; above the bound the next is refused."""
    served = endpoint(MadeUp(), most=2)
    answers = [await served(request()), await served(request())]
    with pytest.raises(ExchangeFailed, match="endpoint-overloaded"):
        await served(request())
    answers[0].close()
    answers[0].close()
    assert served.active == 1
    await served(request())


async def ask(served: Endpoint, sender: str, count: int) -> list[Response]:
    """Have a sender begin so many exchanges, as far as it may."""
    answers = []
    for _ in range(count):
        with suppress(ExchangeFailed):
            answers.append(await served(from_sender(sender)))
    return answers


def from_sender(sender: str) -> Request:
    """Give a request of a sender's."""
    made = request()
    return Request(made.head, msgspec.structs.replace(made.delivery, remote=sender), made.content)


async def test_one_sender_leaves_something_to_others() -> None:
    """Who has all the exchanges there are gets a few of the reserved ones, as everybody does, and no more."""
    served = endpoint(MadeUp(), most=100, reserved=40)
    hog = await ask(served, "192.0.2.1", 500)
    assert len(hog) == 100 + 16
    others = [await ask(served, f"192.0.2.{number}", 20) for number in (2, 3)]
    assert ([len(answers) for answers in others], served.active) == ([16, 8], 140)
    with pytest.raises(ExchangeFailed, match="endpoint-overloaded"):
        await served(from_sender("192.0.2.4"))
    for answer in [*others[0], *others[1]]:
        answer.close()
    for answer in hog[:50]:
        answer.close()
    assert (served.active, len(await ask(served, "192.0.2.1", 500))) == (66, 34)
    assert len(await ask(served, "192.0.2.4", 500)) == 16
    for answer in hog[50:]:
        answer.close()


async def test_one_sender_leaves_something_of_a_link_with_several_endpoints() -> None:
    """What a link carries is bounded for all of its endpoints: the last quarter is shared in the same manner."""
    link = MadeUp()
    served = endpoint(link, most=256, reserved=64)
    link.elsewhere = 256
    assert len(await ask(served, "192.0.2.1", 256)) == 384 - 256 + 16
    assert len(await ask(served, "192.0.2.2", 256)) == 16
    link.elsewhere = 500
    busy = endpoint(link, most=256, reserved=64)
    assert len(await ask(busy, "192.0.2.1", 500)) == 64 + 16


async def test_reserve_grows_with_the_links() -> None:
    """Each link serves as many again."""
    served = endpoint(MadeUp(), MadeUp(), most=5, reserved=3)
    assert len(await ask(served, "192.0.2.1", 100)) == 16


@pytest.mark.parametrize("error", [LinkClosed("gone"), ExchangeFailed(Failure.ORIGIN_REFUSED)])
async def test_failed_exchange_gives_its_reserved_place_back(error: Exception) -> None:
    """It may be used again."""
    good, bad = MadeUp(), MadeUp()
    served = endpoint(good, bad, most=0, reserved=20)
    bad.error = error
    for _ in range(20):
        with suppress(ExchangeFailed):
            (await served(request())).close()
    assert (served.active, len(await ask(served, "192.0.2.1", 100))) == (0, 16)


async def test_cancelled_exchange_counts_no_more() -> None:
    """Cancelling the sender's task frees the exchange's place."""

    class Silent(MadeUp):
        """A link that never answers."""

        async def request(self, request: Request) -> Response:
            """Answer never."""
            await asyncio.Event().wait()
            raise AssertionError

    served = endpoint(Silent())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await served(request())
    assert served.active == 0


async def test_link_that_is_gone_is_passed_over() -> None:
    """A link that ended without having sent anything costs the request nothing while another serves."""
    gone, here = MadeUp(LinkClosed("gone")), MadeUp()
    served = endpoint(here, gone)
    for _ in range(3):
        (await served(request())).close()
    assert (len(here.answers), served.links, served.active) == (3, [here], 0)


@pytest.mark.parametrize("restarted", [False, True])
async def test_request_waits_for_a_link_that_was_here_a_moment_ago(restarted: bool) -> None:
    """A client that changes networks or follows a restarted relay does not cost its deliveries."""
    link = MadeUp()
    served = endpoint(hold=5, expected=True) if restarted else endpoint(link, hold=5)
    served.detach(link)
    asking = asyncio.get_running_loop().create_task(served(request()))
    await asyncio.sleep(0.01)
    assert not asking.done()
    served.attach(link)
    (await asking).close()
    assert len(link.answers) == 1


@pytest.mark.parametrize("passed", [0.0, 31.0])
async def test_hold_is_bounded(passed: float) -> None:
    """After the hold, or at once where no link was here lately, the sender is told to come again."""
    now, link = [100.0], MadeUp()
    served = endpoint(link, now=now, hold=0.02)
    served.detach(link)
    now[0] += passed
    with pytest.raises(EndpointOffline) as caught:
        await served(request())
    assert (caught.value.retry_after_seconds, served.active) == (5.0, 0)


async def test_number_of_those_held_is_bounded() -> None:
    """Whoever comes when enough wait is refused at once."""
    link = MadeUp()
    served = endpoint(link, hold=5, most=2)
    served.detach(link)
    asking = [asyncio.get_running_loop().create_task(served(request())) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(EndpointOffline):
        await served(request())
    served.attach(link)
    for one in asking:
        (await one).close()
