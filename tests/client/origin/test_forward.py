"""The handler, against scripted apps and an ordinary one."""

import asyncio
import hashlib
import ssl
import time
from pathlib import Path

import pytest
from aiohttp import web

from client.origin.address import OriginAddress
from client.origin.forward import probe
from shared.errors import Failure
from shared.exchange import Content
from tests.authority import Authority
from tests.client.origin.ways import answered, failure_of, forwarding, past_trial
from tests.exchanges import request
from tests.origins import OK, origin, saying
from tests.waiting import settled

HOST = (b"Host", b"demo.relay.test")


async def test_request_arrives_byte_for_byte() -> None:
    """The app gets the target, and every field in order and case, as the sender wrote them."""
    fields = (
        (b"user-AGENT", b"TalkifAI"),
        HOST,
        (b"X-Odd", b"caf\xe9"),
        (b"x-odd", b"again"),
        (b"Content-Length", b"5"),
        (b"X-Forwarded-Host", b"demo.relay.test"),
    )
    async with origin(OK) as app, forwarding(app) as forward:
        asked = request(b"\x00\xff\r\n\r", target=b"/a//b/../c?%00&x=", fields=fields)
        assert await answered(await forward(asked)) == (200, b"ok")
    (arrived,) = app.asked
    assert arrived.head == (
        b"POST /a//b/../c?%00&x= HTTP/1.1\r\nuser-AGENT: TalkifAI\r\n"
        b"Host: 127.0.0.1:" + str(app.port).encode() + b"\r\n"
        b"X-Odd: caf\xe9\r\nx-odd: again\r\nContent-Length: 5\r\nX-Forwarded-Host: demo.relay.test\r\n\r\n"
    )
    assert arrived.content == b"\x00\xff\r\n\r"


async def test_answer_arrives_byte_for_byte() -> None:
    """The sender gets status, reason, fields and content as the app wrote them."""
    raw = (
        b"HTTP/1.1 299 Tr\xe8s bien\r\nset-COOKIE: a\r\nX-Odd: \xe9\r\nSet-Cookie: b\r\n"
        b"Content-Length: 3\r\n\r\n\x00\xff\n"
    )
    async with origin(raw) as app, forwarding(app) as forward:
        response = await forward(request())
        assert response.head.status == 299
        assert response.head.reason == b"Tr\xe8s bien"
        assert response.head.fields == (
            (b"set-COOKIE", b"a"),
            (b"X-Odd", b"\xe9"),
            (b"Set-Cookie", b"b"),
            (b"Content-Length", b"3"),
        )
        assert response.content.length == 3
        assert await answered(response) == (299, b"\x00\xff\n")


@pytest.mark.parametrize("host_header", ["preserve", "app.test"])
async def test_host_as_wished(host_header: str) -> None:
    """The app sees the sender's host, or the one that it wants to see."""
    async with origin(OK) as app, forwarding(app, host_header=host_header) as forward:
        await answered(await forward(request(fields=(HOST,))))
    shown = b"demo.relay.test" if host_header == "preserve" else b"app.test"
    assert b"Host: " + shown in app.asked[0].lines


async def test_connection_is_reused() -> None:
    """A hundred exchanges in a row need the one connection, once it has shown that it stays."""
    async with origin(OK) as app, forwarding(app) as forward:
        await answered(await forward(request()))
        await past_trial()
        for _ in range(100):
            assert await answered(await forward(request(b"x"))) == (200, b"ok")
    assert app.connections == 1


async def test_content_without_length_is_chunked() -> None:
    """Content that is here but was not declared goes out in chunks, with its trailers."""
    content = Content(b"hello")
    content.trailers = ((b"Digest", b"d"),)
    async with origin(OK) as app, forwarding(app) as forward:
        await answered(await forward(request(content)))
    assert (app.asked[0].content, app.asked[0].trailers) == (b"hello", b"Digest: d\r\n")


@pytest.mark.parametrize(
    ("raw", "content"),
    [
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", b"abcd"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + OK, b"ok"),
        (OK + b"trailing garbage", b"ok"),
        (OK.replace(b"200", b"302"), b"ok"),
    ],
)
async def test_answer_of_every_framing(raw: bytes, content: bytes) -> None:
    """However an app frames its answer, the content is the same; redirects are passed on, not followed."""
    async with origin(saying(raw)) as app, forwarding(app) as forward:
        response = await forward(request())
        assert (await answered(response))[1] == content
    assert app.connections == 1


async def test_answer_until_close() -> None:
    """An answer without a length ends with the connection."""
    pieces = (b"HTTP/1.0 200 OK\r\n\r\n", b"abc", b"def")
    async with origin(saying(*pieces, then="close")) as app, forwarding(app) as forward:
        response = await forward(request())
        assert response.content.length is None
        assert await answered(response) == (200, b"abcdef")


async def test_answer_to_head() -> None:
    """An answer to HEAD declares a length, and ends with its head."""
    async with origin(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") as app, forwarding(app) as forward:
        for _ in range(2):
            response = await forward(request(method=b"HEAD"))
            assert response.head.fields == ((b"Content-Length", b"5"),)
            assert await answered(response) == (200, b"")


async def test_answer_trailers() -> None:
    """Trailers of an answer travel with its content."""
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"2\r\nok\r\n", b"0\r\nDigest: \xe9\r\n\r\n"
    async with origin(saying(*raw)) as app, forwarding(app) as forward:
        response = await forward(request())
        await answered(response)
        assert response.content.trailers == ((b"Digest", b"\xe9"),)


async def test_unix_socket(tmp_path: Path) -> None:
    """An app on a Unix socket is reached like any other."""
    async with origin(OK, path=tmp_path / "app.sock") as app, forwarding(app) as forward:
        for _ in range(3):
            assert await answered(await forward(request(b"x", fields=(HOST,)))) == (200, b"ok")
    assert app.asked[0].lines[1] == b"Host: localhost"


async def test_ordinary_app() -> None:
    """An aiohttp app sees and says what was meant."""

    async def hooks(asked: web.Request) -> web.Response:
        """Say what came."""
        return web.json_response({"path": asked.raw_path, "sum": hashlib.sha256(await asked.read()).hexdigest()})

    application = web.Application()
    application.router.add_post("/{tail:.*}", hooks)
    runner = web.AppRunner(application, handle_signals=False)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with forwarding(f"127.0.0.1:{runner.addresses[0][1]}") as forward:
            for body in (b"", b"x" * 1000, b"y" * 300_000):
                response = await forward(request(body, target=b"/a%2Fb?c"))
                expected = f'{{"path": "/a%2Fb?c", "sum": "{hashlib.sha256(body).hexdigest()}"}}'.encode()
                assert await answered(response) == (200, expected)
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
async def test_app_with_a_certificate_of_its_own(authority: Authority, name: str) -> None:
    """An `https` app is verified by name and number, and spoken to."""
    issued = authority.issue("localhost", "127.0.0.1")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(issued.certificate, issued.key)
    trusted = ssl.create_default_context(cafile=authority.certificate)
    async with origin(OK, tls=served) as app, forwarding(f"https://{name}:{app.port}", tls=trusted) as forward:
        for body in (b"x", b"y" * 100_000):
            assert await answered(await forward(request(body))) == (200, b"ok")
    assert [asked.content for asked in app.asked] == [b"x", b"y" * 100_000]


async def test_insecure_accepts_any_certificate(authority: Authority) -> None:
    """With `insecure` a certificate that nobody signed is good enough; without, the failure says what to do."""
    issued = authority.issue("other.test")
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(issued.certificate, issued.key)
    async with origin(OK, tls=served) as app:
        async with forwarding(app, insecure=True) as forward:
            assert await answered(await forward(request())) == (200, b"ok")
        async with forwarding(app) as forward:
            failed = await failure_of(forward(request()))
    assert failed.failure is Failure.ORIGIN_TLS
    assert failed.detail.endswith("--insecure-origin accepts any")


async def test_close_breaks_off_what_runs() -> None:
    """A client that ends says so in every exchange that has no answer yet."""
    async with origin(saying()) as app, forwarding(app) as forward, asyncio.TaskGroup() as group:
        waiting = group.create_task(failure_of(forward(request())))
        await settled(lambda: app.connections)
        await forward.close()
        assert (await waiting).failure is Failure.ENDPOINT_LOST


async def test_app_that_is_not_running(free_port: int) -> None:
    """A port that nobody listens on is told at once, with both addresses of localhost."""
    began = time.perf_counter()
    async with forwarding(str(free_port)) as forward:
        failed = await failure_of(forward(request(b"x")))
    assert (failed.failure, failed.delivered) == (Failure.ORIGIN_REFUSED, "no")
    assert failed.detail == f"tried 127.0.0.1:{free_port} refused · [::1]:{free_port} refused"
    assert time.perf_counter() - began < 0.5


@pytest.mark.parametrize("target", [b"@evil/", b"http://evil/", b"*", b"evil"])
async def test_nothing_else_is_dialled(target: bytes) -> None:
    """A target cannot choose where the client connects: what is no path is refused before anything is dialled."""
    async with origin(OK) as app, forwarding(app) as forward:
        assert (await failure_of(forward(request(target=target)))).failure is Failure.BAD_REQUEST
    assert app.connections == 0


async def test_probe_tells_whether_somebody_listens(free_port: int, tmp_path: Path) -> None:
    """A probe connects, and goes."""
    async with origin(OK) as app:
        assert await probe(OriginAddress.parse(app.address)) is True
        await settled(lambda: app.connections)
    async with origin(OK, path=tmp_path / "app.sock") as app:
        assert await probe(OriginAddress.parse(app.address)) is True
        await settled(lambda: app.connections)
    assert await probe(OriginAddress.parse(str(free_port))) is False
    assert await probe(OriginAddress.parse(f"unix:{tmp_path / 'none.sock'}")) is False
