"""The door for clients, with real tokens, a real WebSocket and real clients."""

import asyncio
import logging
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest

from shared.errors import ExchangeFailed, Failure, LinkRefused
from shared.exchange import Request, Response
from shared.protocol.codes import LINK_PATH, SUBPROTOCOL
from shared.protocol.hello import Wanted
from tests.doors import Visitor, opened, visiting
from tests.exchanges import drain, echo, request
from tests.waiting import settled


async def test_client_with_a_good_token_serves_its_name(tmp_path: Path) -> None:
    """The public URLs are told, and deliveries to the endpoint are answered."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            assert visitor.granted[0].urls == ("https://demo.relay.test", "https://relay.test/t/demo")
            answer = await door.endpoint("demo")(request(b"x" * 300_000))
            assert await drain(answer.content) == b"x" * 300_000
            answer.close()


async def test_client_that_asks_for_no_name_gets_the_same_each_time(tmp_path: Path) -> None:
    """The relay chooses: the token's own name, where it is free."""
    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        for _ in range(2):
            visitor = Visitor(door.dialer(token), Wanted(""))
            async with visiting(visitor):
                state = await visitor.until(online=True)
                assert [granted.name for granted in state.granted] == ["laptop"]


async def test_delivery_of_the_turn_in_which_a_client_is_granted_its_name_is_answered(tmp_path: Path) -> None:
    """Whoever sees the endpoint served can have it answer, and it stays served."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        endpoint = door.endpoint("demo")
        async with visiting(visitor), asyncio.timeout(10):
            while not endpoint.links:  # noqa: ASYNC110 - every turn is looked at, no event is waited for
                await asyncio.sleep(0)
            answer = await endpoint(request(b"first"))
            assert await drain(answer.content) == b"first"
            answer.close()


@pytest.mark.parametrize("token", ["hkl_wrong", "", "x" * 5000])
async def test_bad_token_is_final(tmp_path: Path, token: str) -> None:
    """A client with a bad token is told so, and does not dial again."""
    async with opened(tmp_path) as door:
        door.tokens.create("laptop")
        visitor = Visitor(door.dialer(token))
        with pytest.raises(LinkRefused) as caught:
            await visitor.tether.run()
        assert (caught.value.code, caught.value.final) == ("bad-token", True)
        assert "hookline login" in caught.value.detail


async def test_client_that_only_tries_its_token_is_not_refused(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A successful login is no trouble that the operator should read of."""
    caplog.set_level(logging.DEBUG, "relay_server")
    async with opened(tmp_path) as door:
        (await door.dialer(door.tokens.create("laptop")).dial()).abort()
        await settled(lambda: "link.left" in caplog.text)
    assert [record.levelname for record in caplog.records if "link." in record.getMessage()] == ["DEBUG"]


async def test_name_of_another_owner_is_refused(tmp_path: Path) -> None:
    """A name once granted is its owner's, on line or not."""
    async with opened(tmp_path) as door:
        first = Visitor(door.dialer(door.tokens.create("one")))
        async with visiting(first):
            await first.until(online=True)
        second = Visitor(door.dialer(door.tokens.create("two")))
        with pytest.raises(LinkRefused) as caught:
            await second.tether.run()
        assert (caught.value.code, caught.value.final) == ("name-taken", True)


async def test_same_owner_takes_the_name_over(tmp_path: Path) -> None:
    """The newest client of an owner serves; the one before is told, and stops for good."""

    async def second_answer(asked: Request) -> Response:
        answer = await echo(asked)
        return Response(answer.head, answer.content)

    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        first = Visitor(door.dialer(token))
        second = Visitor(door.dialer(token), handler=second_answer)
        async with visiting(first) as (running,):
            await first.until(online=True)
            async with visiting(second):
                await second.until(online=True)
                with pytest.raises(LinkRefused) as caught:
                    await running
                assert caught.value.code == "superseded"
                answer = await door.endpoint("demo")(request(b"x"))
                assert await drain(answer.content) == b"x"
                answer.close()


async def test_pool_shares_the_deliveries(tmp_path: Path) -> None:
    """Clients that asked for a pool take turns."""
    served: list[str] = []

    def named(name: str) -> Visitor:
        async def handler(asked: Request) -> Response:
            served.append(name)
            return await echo(asked)

        return Visitor(door.dialer(token), Wanted("demo", pool=True), handler=handler)

    async with opened(tmp_path) as door:
        token = door.tokens.create("laptop")
        one, two = named("one"), named("two")
        async with visiting(one, two):
            await one.until(online=True)
            await two.until(online=True)
            for _ in range(4):
                (await door.endpoint("demo")(request(b"x"))).close()
        assert sorted(served) == ["one", "one", "two", "two"]


async def test_client_that_leaves_is_off_line_at_once(tmp_path: Path) -> None:
    """Without a client the endpoint is off line, and stays its owner's."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
        await settled(lambda: not door.endpoint("demo").links)
        with pytest.raises(ExchangeFailed) as caught:
            await door.endpoint("demo")(request(b"x"))
        assert caught.value.failure == Failure.ENDPOINT_OFFLINE


async def test_revoked_token_ends_the_link(tmp_path: Path) -> None:
    """A client whose token is revoked is dismissed and does not come back."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor) as (running,):
            await visitor.until(online=True)
            door.tokens.revoke("laptop")
            door.entrance.check_tokens()
            with pytest.raises(LinkRefused) as caught:
                await running
            assert caught.value.code == "revoked"


async def test_restarted_relay_gets_its_clients_back(tmp_path: Path) -> None:
    """A client that lost its relay dials until it is back, on the same name."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            for member in door.entrance.members:
                member.link.abort("cut by the test")
            await visitor.until(online=False)
            await visitor.until(online=True)
            answer = await door.endpoint("demo")(request(b"again"))
            assert await drain(answer.content) == b"again"
            answer.close()


async def test_exchange_survives_a_lost_connection(tmp_path: Path) -> None:
    """What is with the app when the connection is lost is answered over the next one; the app is asked once."""
    proceed = asyncio.Event()
    asked_for: list[bytes] = []

    async def slow(asked: Request) -> Response:
        asked_for.append(asked.head.target)
        await proceed.wait()
        return await echo(asked)

    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")), handler=slow)
        async with visiting(visitor):
            await visitor.until(online=True)
            asking = asyncio.get_running_loop().create_task(cast("Any", door.endpoint("demo")(request(b"x" * 100_000))))
            await settled(lambda: asked_for)
            door.cut()
            await visitor.until(online=False)
            proceed.set()
            answer = await asking
            assert (await drain(answer.content), asked_for) == (b"x" * 100_000, [b"/hooks"])
            answer.close()


async def test_relay_that_forgot_the_link_begins_a_new_one(tmp_path: Path) -> None:
    """A link that cannot go on is not pretended to: what ran on it ends, and the next delivery is served."""

    async def hang(_asked: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")), handler=hang)
        async with visiting(visitor):
            await visitor.until(online=True)
            asking = asyncio.get_running_loop().create_task(cast("Any", door.endpoint("demo")(request(b"x"))))
            await settled(lambda: door.endpoint("demo").active)
            for member in door.entrance.members:
                member.link.abort("forgotten by the test")
            with pytest.raises(ExchangeFailed) as caught:
                await asking
            assert caught.value.failure == Failure.ENDPOINT_LOST
            await visitor.until(online=False)
            await visitor.until(online=True)


async def test_draining_relay_serves_what_still_comes(tmp_path: Path) -> None:
    """A client that is told to go elsewhere answers on the old link until the relay ends it."""
    async with opened(tmp_path) as door:
        visitor = Visitor(door.dialer(door.tokens.create("laptop")))
        async with visiting(visitor):
            await visitor.until(online=True)
            door.entrance.drain()
            await visitor.until(online=False)
            answer = await door.endpoint("demo")(request(b"still"))
            assert await drain(answer.content) == b"still"
            answer.close()


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 401, "bad-token"),
        ({"Authorization": "Bearer hkl_wrong"}, 401, "bad-token"),
        ({"Authorization": "Basic abc"}, 401, "bad-token"),
        ({"Origin": "https://evil.test"}, 403, "browser"),
        ({"Sec-WebSocket-Protocol": "hookline.v9"}, 426, "version"),
    ],
)
async def test_what_is_no_client_is_refused_in_plain_http(
    tmp_path: Path, fields: dict[str, str], status: int, code: str
) -> None:
    """Refusals are problem documents with a code, before any upgrade."""
    async with opened(tmp_path) as door, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{door.port}{LINK_PATH}"
        async with session.get(url, headers={"Sec-WebSocket-Protocol": SUBPROTOCOL, **fields}) as answer:
            problem = await answer.json(content_type="application/problem+json")
            assert (status, code, code) == (answer.status, answer.headers["Hookline-Error"], problem["code"])


async def test_text_and_silence_are_no_link(tmp_path: Path) -> None:
    """A WebSocket that speaks text is closed."""
    async with opened(tmp_path) as door, aiohttp.ClientSession() as session:
        token = door.tokens.create("laptop")
        async with session.ws_connect(
            f"http://127.0.0.1:{door.port}{LINK_PATH}",
            protocols=(SUBPROTOCOL,),
            headers={"Authorization": f"Bearer {token}"},
        ) as socket:
            await socket.send_str("hello")
            async with asyncio.timeout(5):
                while (await socket.receive()).type is not aiohttp.WSMsgType.CLOSE:
                    pass
            assert socket.close_code == 1003
