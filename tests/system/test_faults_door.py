"""Every kind of HTTP/1.1 through both programs, as a sender and an app see it."""

import asyncio
import ssl

import pytest

from tests.system.app import Answer, App
from tests.system.listening import listening
from tests.system.polling import until_async
from tests.system.sender import Sender
from tests.system.supervisor import Client, Relay, Supervisor
from tests.system.verify import Weight
from tests.system.wire import Fields, read_content, read_head, read_response

pytestmark = pytest.mark.system

MEBI = 1 << 20
HOST = b"Host: demo.localhost\r\n"


def sender(relay: Relay) -> Sender:
    """Give a sender to `demo`."""
    return Sender(relay.plain_port, "demo.localhost")


async def test_loop_is_ended(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """An app whose address leads back to its own endpoint is 508, not an endless circle."""
    origin = f"http://127.0.0.1:{relay.plain_port}"
    await supervisor.client(relay, origin, "--host-header", "demo.localhost", token=token)
    sent = await sender(relay).send(b"round and round", patience_seconds=10)
    assert sent.response is not None
    assert (sent.status, sent.response.first(b"hookline-error")) == (508, b"loop")


async def test_cookies_stay_with_their_endpoint(relay: Relay, client: Client, app: App) -> None:
    """A cookie for the relay's whole domain would reach the neighbours: its Domain is dropped, nothing else is."""
    fields = [
        ("Set-Cookie", "a=1; Domain=localhost; Path=/"),
        ("Set-Cookie", "b=2; domain=.LOCALHOST;Secure"),
        ("sEt-cookie", "c=3; Domain=demo.localhost"),
        ("Set-Cookie", "d=domain=localhost; HttpOnly"),
    ]
    sent = await sender(relay).send(b"x", fields=[Answer(fields=fields).field()])
    assert sent.response is not None
    assert sent.response.every(b"set-cookie") == [
        b"a=1; Path=/",
        b"b=2;Secure",
        b"c=3; Domain=demo.localhost",
        b"d=domain=localhost; HttpOnly",
    ]


async def test_reserved_fields_are_the_products_alone(relay: Relay, client: Client, app: App) -> None:
    """What an app says in `Hookline-*` is dropped, so that such a field proves who spoke."""
    fields = [("Hookline-Error", "endpoint-offline"), ("hookline-recorded", "yes"), ("HOOKLINE-X", "1"), ("X-Own", "1")]
    sent = await sender(relay).send(b"x", fields=[Answer(fields=fields).field()])
    assert sent.response is not None
    names = [name.lower() for name, _ in sent.response.fields]
    assert (b"x-own" in names, [name for name in names if name.startswith(b"hookline-")]) == (True, [])


async def test_trailers_pass_both_ways(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """What follows chunked content arrives behind it; framing and routing fields do not."""
    came: list[Fields] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer with trailers."""
        while request := await read_head(reader):
            await read_content(reader, request, until_close=False)
            came.append(request.trailers)
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n")
            writer.write(b"3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n")

    async with listening(answer) as port:
        await supervisor.client(relay, port, token=token)
        async with sender(relay).connected() as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\nTrailer: X-Md5\r\n\r\n")
            writer.write(b"2;ext=1\r\nhi\r\n0\r\nX-Md5: 1b\r\nHost: evil\r\n\r\n")
            response = await read_response(reader, b"POST")
    assert came == [[(b"X-Md5", b"1b")]]
    assert (response.content, response.trailers) == (b"abc", [(b"X-Sum", b"9")])


async def test_early_answer_reaches_a_sender_that_still_sends(relay: Relay, client: Client, app: App) -> None:
    """An app that answers before it has read an upload is heard."""
    sent = await sender(relay).send(b"z" * (8 * MEBI), fields=[Answer(status=413, early=True).field()])
    assert (sent.status, sent.response and sent.response.first(b"hookline-error")) == (413, None)


async def test_sender_of_http_1_0_is_served(relay: Relay, client: Client, app: App) -> None:
    """It gets no chunks; content of unknown length ends with the connection, and that is said."""
    for answer in (
        Answer(content="abc"),
        Answer(content="abc", framing="chunked"),
        Answer(content="abc", framing="close"),
    ):
        async with sender(relay).connected() as (reader, writer):
            name, value = answer.field()
            writer.write(b"POST / HTTP/1.0\r\n" + HOST + b"Content-Length: 1\r\n" + name + b": " + value + b"\r\n\r\nx")
            response = await read_response(reader, b"POST")
            assert (response.status, response.content) == (200, b"abc")
            assert response.first(b"transfer-encoding") is None
            assert await reader.read() == b""


async def test_expectation_is_met_when_the_app_reads(relay: Relay, client: Client, app: App) -> None:
    """`100-continue` is answered once somebody takes the content; a refusal comes instead of it, not after it."""
    head = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 2\r\nExpect: 100-continue\r\n"
    async with sender(relay).connected() as (reader, writer):
        writer.write(head + b"\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(b"hi")
        assert (await read_response(reader, b"POST")).status == 200
    async with sender(relay).connected() as (reader, writer):
        writer.write(head.replace(b"demo.localhost", b"nobody.localhost") + b"\r\n")
        assert (await read_response(reader, b"POST")).interim == []
    async with sender(relay).connected() as (reader, writer):
        writer.write(head.replace(b"100-continue", b"miracles") + b"\r\n")
        assert (await read_response(reader, b"POST")).status == 417


async def test_pipelined_requests_are_answered_in_order(relay: Relay, client: Client, app: App) -> None:
    """A thousand requests in one write are a thousand answers in their order, each its own."""
    async with sender(relay).connected() as (reader, writer), asyncio.TaskGroup() as tasks:
        requests = b"".join(
            b"POST /%d HTTP/1.1\r\n" % number + HOST + b"X-Delivery: %d\r\nContent-Length: 3\r\n\r\nabc" % number
            for number in range(1000)
        )
        writer.write(requests)
        tasks.create_task(writer.drain())
        ids = [(await read_response(reader, b"POST")).first(b"x-delivery") for _ in range(1000)]
    assert ids == [b"%d" % number for number in range(1000)]
    assert [entry.id for entry in app.journal] == [f"{number}" for number in range(1000)]


async def test_tls_name_and_host_have_to_agree(relay: Relay, client: Client, app: App) -> None:
    """A connection made for one host is not for another one: 421, and the app sees nothing."""
    tls = ssl.create_default_context(cafile=relay.ca)
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port, ssl=tls, server_hostname="nobody.localhost")
    writer.write(b"GET / HTTP/1.1\r\n" + HOST + b"\r\n")
    response = await read_response(reader, b"GET")
    writer.close()
    assert (response.status, response.first(b"hookline-error"), app.journal) == (421, b"misdirected", [])


async def test_names_that_collide_with_underscores_are_refused(relay: Relay, client: Client, app: App) -> None:
    """`Transfer_Encoding` is `Transfer-Encoding` for many apps: such names do not pass, others do as they are."""
    for name in (b"Transfer_Encoding", b"Content_Length", b"X_Forwarded_For", b"Hookline_Error", b"Host_"):
        async with sender(relay).connected() as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\n" + HOST + name + b": 1\r\nContent-Length: 0\r\n\r\n")
            status = (await read_response(reader, b"POST")).status
            assert (name, status) == (name, 200 if name == b"Host_" else 400)
    sent = await sender(relay).send(b"x", fields=[(b"X_Own_Name", b"1")])
    assert (sent.status, app.journal[-1].message.first(b"X_Own_Name")) == (200, b"1")


@pytest.mark.parametrize("direction", ["up", "down"])
async def test_large_bodies_pass_with_flat_memory(
    supervisor: Supervisor, relay: Relay, client: Client, app: App, request: pytest.FixtureRequest, direction: str
) -> None:
    """256 MiB (1 GiB with `--repetitions 4`) over TLS cost neither program more than a few windows."""
    size = 256 * MEBI * request.config.getoption("--repetitions")
    tls = ssl.create_default_context(cafile=relay.ca)
    one = Sender(relay.port, f"demo.localhost:{relay.port}", tls=tls)
    await one.send(b"x" * MEBI, fields=[Answer(size=MEBI).field()])
    programs = (relay.program.pid, client.program.pid)
    before = [Weight.of(pid).memory_kib for pid in programs]
    if direction == "up":
        async with one.connected() as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nHost: demo.localhost\r\nContent-Length: %d\r\n\r\n" % size)
            for _ in range(size // MEBI):
                writer.write(b"u" * MEBI)
                await writer.drain()
            assert (await read_response(reader, b"POST")).status == 200
        assert app.journal[-1].message.size == size
    else:
        sent = await one.send(b"x", fields=[Answer(size=size).field()], patience_seconds=120)
        assert (sent.status, sent.response and sent.response.size) == (200, size)
    after = [Weight.of(pid).memory_kib for pid in programs]
    assert [now - then < 32 * 1024 for then, now in zip(before, after, strict=True)] == [True, True]


async def test_connections_of_one_address_are_bounded(relay: Relay, client: Client) -> None:
    """Beyond a thousand open connections an address is told to wait; when they are gone it is served again."""
    open_ones = [await asyncio.open_connection("127.0.0.1", relay.plain_port) for _ in range(1000)]
    sent = await sender(relay).send(b"x")
    for _, writer in open_ones:
        writer.transport.abort()
    assert (sent.status, sent.response and sent.response.first(b"hookline-error")) == (429, b"rate-limited")

    async def served() -> bool:
        """Tell whether a delivery gets through."""
        return (await sender(relay).send(b"x")).status == 200

    await until_async(served, what="service again")


async def test_server_sent_events_arrive_one_by_one(supervisor: Supervisor, relay: Relay, token: str) -> None:
    """Each event comes through when the app writes it; nothing waits for the end of the answer."""
    proceed = asyncio.Event()

    async def events(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Write events one by one."""
        await read_head(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for number in range(5):
            writer.write(b"data: %d\n\n" % number)
            await proceed.wait()
            proceed.clear()
        writer.close()

    async with listening(events) as port:
        await supervisor.client(relay, port, token=token)
        async with sender(relay).connected() as (reader, writer):
            writer.write(b"GET /events HTTP/1.1\r\n" + HOST + b"Accept: text/event-stream\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            for number in range(5):
                await reader.readuntil(b"data: %d\n\n\r\n" % number)
                proceed.set()
            assert await reader.readuntil(b"0\r\n\r\n") == b"0\r\n\r\n"
