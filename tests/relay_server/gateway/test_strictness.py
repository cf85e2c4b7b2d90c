"""Raw requests that may be read in two ways, or not at all: each is refused before anything is done for it."""

import pytest

from relay_server.gateway.settings import Limits
from tests.relay_server.gateway.stage import GET, HOST, opened, post

EVIL = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"


def raw(fields: bytes, content: bytes = b"", *, line: bytes = b"POST / HTTP/1.1") -> bytes:
    """Give a request as it is written."""
    return line + b"\r\n" + HOST + fields + b"\r\n" + content


CHUNKED = b"Transfer-Encoding: chunked\r\n"
FRAMING = [
    (raw(b"Content-Length: 5\r\n" + CHUNKED, b"0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED + b"Content-Length: 5\r\n", b"0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: 5\r\nContent-Length: 6\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: 5\r\nContent-Length: 5\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: 5, 5\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: +5\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: -5\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: 0x5\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: 5_0\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: \r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: 5 5\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length: 99999999999999999999\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content-Length : 5\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Content_Length: 5\r\n", b"hello" + EVIL), 400, "bad-request"),
    (raw(b"Transfer-Encoding: gzip, chunked\r\n", b"0\r\n\r\n" + EVIL), 501, "unsupported-coding"),
    (raw(b"Transfer-Encoding: identity, chunked\r\n", b"0\r\n\r\n" + EVIL), 501, "unsupported-coding"),
    (raw(b"Transfer-Encoding: ,chunked\r\n", b"0\r\n\r\n" + EVIL), 501, "unsupported-coding"),
    (raw(b"Transfer-Encoding: identity\r\n", b"hello" + EVIL), 501, "unsupported-coding"),
    (raw(b"Transfer-Encoding: chunked;q=1\r\n", b"0\r\n\r\n" + EVIL), 501, "unsupported-coding"),
    (raw(b'Transfer-Encoding: "chunked"\r\n', b"0\r\n\r\n" + EVIL), 501, "unsupported-coding"),
    (raw(b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + EVIL), 501, "unsupported-coding"),
    (raw(b"Transfer-Encoding:\r\n", b"0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED + CHUNKED, b"0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(b"Transfer-Encoding: \x0bchunked\r\n", b"0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(b"Transfer-Encoding:\r\n chunked\r\n", b"0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(b"Transfer_Encoding: chunked\r\n", b"0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b"0\r\n\r\n" + EVIL, line=b"POST / HTTP/1.0"), 400, "bad-request"),
    (raw(CHUNKED, b"5\nhello\r\n0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b"5;x\nhello\r\n0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b"0x5\r\nhello\r\n0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b"+5\r\nhello\r\n0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b" 5\r\nhello\r\n0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b"5\r\nhelloXX0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b"0\r\nContent-Length: 5\r\n\r\n" + EVIL), 400, "bad-request"),
    (raw(CHUNKED, b"0\r\nTransfer-Encoding: chunked\r\n\r\n" + EVIL), 400, "bad-request"),
]
HEADS = [
    (b"GET / HTTP/1.1\n" + HOST + b"\n", 400, "bad-request"),
    (b"GET / HTTP/1.1\r\nHost: demo.relay.test\n\r\n", 400, "bad-request"),
    (b"GET / HTTP/1.1\rHost: demo.relay.test\r\n\r\n", 400, "bad-request"),
    (raw(b"X: a\nEvil: b\r\n"), 400, "bad-request"),
    (raw(b"X: a\rEvil: b\r\n"), 400, "bad-request"),
    (raw(b"X: a\x00b\r\n"), 400, "bad-request"),
    (raw(b"X: a\x1bb\r\n"), 400, "bad-request"),
    (raw(b"X: a\x7fb\r\n"), 400, "bad-request"),
    (raw(b"X: a\r\n b\r\n"), 400, "bad-request"),
    (raw(b"X : a\r\n"), 400, "bad-request"),
    (raw(b": a\r\n"), 400, "bad-request"),
    (raw(b"X\xc3\xa9: a\r\n"), 400, "bad-request"),
    (raw(b"X(y): a\r\n"), 400, "bad-request"),
    (raw(b"nothing\r\n"), 400, "bad-request"),
    (b"GET / HTTP/1.1\r\n X: a\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET  / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET / HTTP/1.1 \r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET /a b HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET\t/ HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b" GET / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"\nGET / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "bad-request"),
    (b"GET /\x00 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET /caf\xc3\xa9 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET * HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET @evil/ HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET .evil HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET evil:80 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET ftp://demo.relay.test/ HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET /\r\n\r\n", 400, "bad-request"),
    (b"GET HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET / HTTP/0.9\r\n" + HOST + b"\r\n", 505, "http-version"),
    (b"GET / HTTP/1.2\r\n" + HOST + b"\r\n", 505, "http-version"),
    (b"GET / HTTP/2.0\r\n" + HOST + b"\r\n", 505, "http-version"),
    (b"GET / HTTP/1.10\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"GET / http/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "http-version"),
    (b"DESCRIBE / RTSP/1.0\r\n" + HOST + b"\r\n", 505, "http-version"),
    (b"CONNECT demo.relay.test:443 HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method-not-allowed"),
    (b"TRACE / HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method-not-allowed"),
    (b"FOO / HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method-not-allowed"),
    (b"A" * 33 + b" / HTTP/1.1\r\n" + HOST + b"\r\n", 400, "bad-request"),
    (b"get / HTTP/1.1\r\n" + HOST + b"\r\n", 405, "method-not-allowed"),
    (raw(b"Expect: magic\r\nContent-Length: 0\r\n"), 417, "expectation"),
    (raw(b"X-Forwarded_For: 1.2.3.4\r\n"), 400, "bad-request"),
    (raw(b"x_real_ip: 1.2.3.4\r\n"), 400, "bad-request"),
    (raw(b"Hookline_Delivery: x\r\n"), 400, "bad-request"),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414, "uri-too-long"),
    (b"GET /" + b"a" * 200_000, 414, "uri-too-long"),
    (raw(b"X: " + b"a" * 9000 + b"\r\n"), 431, "headers-too-large"),
    (raw(b"X: " + b"a" * 200_000), 431, "headers-too-large"),
    (raw(b"X: a\r\n" * 100), 431, "headers-too-large"),
    (raw(b"".join(b"X: " + b"a" * 7000 + b"\r\n" for _ in range(10))), 431, "headers-too-large"),
    (raw(CHUNKED, b"0\r\n" + b"X: a\r\n" * 101 + b"\r\n"), 431, "headers-too-large"),
    (raw(CHUNKED, b"5;" + b"a" * 200_000), 431, "headers-too-large"),
]


@pytest.mark.parametrize(("data", "status", "code"), FRAMING + HEADS)
async def test_refused_before_routing(data: bytes, status: int, code: str) -> None:
    """The sender gets its refusal, the connection ends, and the endpoint has seen nothing."""
    async with opened() as stage:
        peer = await stage.connect()
        peer.send(data)
        answer = await peer.answer()
        assert (answer.status, answer.code) == (status, code)
        assert answer.first(b"connection") == b"close"
        peer.end()
        assert await peer.rest() == b""
        assert [seen for seen in stage.seen if seen.head.target == b"/smuggled"] == []
        assert stage.seen == []


HOSTS = [
    (b"demo.relay.test", 200, ""),
    (b"demo.relay.test:8443", 200, ""),
    (b"demo.relay.test:1", 200, ""),
    (b"DEMO.Relay.Test", 200, ""),
    (b"demo.relay.test.", 200, ""),
    (b"demo.relay.test.:8443", 200, ""),
    (b"nobody.relay.test", 404, "endpoint-unknown"),
    (b"a.demo.relay.test", 404, "endpoint-unknown"),
    (b"_x.relay.test", 404, "endpoint-unknown"),
    (b"relay.test.evil", 421, "misdirected"),
    (b"xrelay.test", 421, "misdirected"),
    (b"other.example", 421, "misdirected"),
    (b"127.0.0.1.evil", 421, "misdirected"),
    (b"", 400, "bad-host"),
    (b"demo.relay.test, evil", 400, "bad-host"),
    (b"user@demo.relay.test", 400, "bad-host"),
    (b"demo.relay.test/x", 400, "bad-host"),
    (b"demo.relay.test evil", 400, "bad-host"),
    (b"demo.relay.test:80:80", 400, "bad-host"),
    (b"demo.relay.test:http", 400, "bad-host"),
    (b"caf\xc3\xa9.relay.test", 400, "bad-host"),
    (b"[::1", 400, "bad-host"),
    (b"%64emo.relay.test", 400, "bad-host"),
]


@pytest.mark.parametrize(("host", "status", "code"), HOSTS)
@pytest.mark.parametrize("form", ["origin", "absolute", "path"])
async def test_host_in_every_form_of_the_target(host: bytes, status: int, code: str, form: str) -> None:
    """The host decides alone, whether the target repeats it or not; what a path looks like does not matter."""
    target = {"origin": b"/x", "absolute": b"http://" + host + b"/x", "path": b"/http://evil/"}[form]
    async with opened() as stage:
        answer = await stage.ask(b"GET " + target + b" HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
        if form == "absolute" and status == 400:
            assert answer.status == 400
        else:
            assert (answer.status, answer.code) == (status, code)
        assert len(stage.seen) == (status == 200)
        if stage.seen and form != "path":
            assert stage.seen[0].head.target == b"/x"


@pytest.mark.parametrize(
    ("line", "host", "status", "target"),
    [
        (b"GET http://demo.relay.test HTTP/1.1", b"demo.relay.test", 200, b"/"),
        (b"GET HTTPS://demo.relay.test?q HTTP/1.1", b"Demo.relay.test", 200, b"/?q"),
        (b"GET http://demo.relay.test/a HTTP/1.0", None, 200, b"/a"),
        (b"GET http://demo.relay.test/a HTTP/1.1", None, 200, b"/a"),
        (b"GET http://demo.relay.test/a HTTP/1.1", b"evil", 400, b""),
        (b"GET http://evil/a HTTP/1.1", b"demo.relay.test", 400, b""),
        (b"GET http://user@demo.relay.test/a HTTP/1.1", b"demo.relay.test", 400, b""),
        (b"GET /a HTTP/1.0", None, 400, b""),
        (b"GET /a HTTP/1.1", None, 400, b""),
    ],
)
async def test_absolute_form(line: bytes, host: bytes | None, status: int, target: bytes) -> None:
    """The authority of an absolute target is the host, and must not be contradicted by `Host`."""
    async with opened() as stage:
        field = b"" if host is None else b"Host: " + host + b"\r\n"
        assert (await stage.ask(line + b"\r\n" + field + b"\r\n")).status == status
        assert [seen.head.target for seen in stage.seen] == ([target] if target else [])
        if status == 200 and host is None:
            assert stage.seen[0].head.fields[0] == (b"Host", b"demo.relay.test")


async def test_two_hosts_are_refused() -> None:
    """A second `Host` is refused, the same or not."""
    async with opened() as stage:
        assert (await stage.ask(raw(HOST))).code == "bad-host"


async def test_answers_equal_requests() -> None:
    """However good and bad requests follow each other, the endpoint sees as many as it answers."""
    async with opened() as stage:
        for data, _, _ in FRAMING:
            peer = await stage.connect()
            before = len(stage.seen)
            peer.send(GET + data)
            peer.end()
            assert (await peer.answer()).code == ""
            assert (await peer.answer()).code != ""
            assert await peer.rest() == b""
            assert len(stage.seen) - before == 1


async def test_many_empty_lines_are_no_request() -> None:
    """Empty lines before a request are let pass, but not without end."""
    async with opened() as stage:
        assert (await stage.ask(b"\r\n" * 3 + GET)).status == 200
        assert (await stage.ask(b"\r\n" * 1000 + GET)).code == "bad-request"


async def test_a_million_tiny_chunks_pass() -> None:
    """Tiny chunks cost time in proportion, and no memory."""
    async with opened(limits=Limits(window_bytes=1000)) as stage:
        peer = await stage.connect()
        peer.send(b"POST / HTTP/1.1\r\n" + HOST + CHUNKED + b"\r\n")
        peer.send(b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n")
        assert (await peer.answer()).status == 200
        assert len(stage.seen[0].content) == 100_000


async def test_refusal_of_head_has_no_content() -> None:
    """The refusal of a HEAD is a head."""
    async with opened() as stage:
        peer = await stage.connect()
        peer.send(b"HEAD / HTTP/1.1\r\nHost: nobody.relay.test\r\n\r\n" + GET)
        answer = await peer.answer(to_head=True)
        assert (answer.status, answer.code) == (404, "endpoint-unknown")
        assert (await peer.answer()).status == 200


async def test_refused_request_with_small_content_keeps_the_connection() -> None:
    """When all of a refused request is here, its connection goes on."""
    async with opened() as stage:
        peer = await stage.connect()
        answer = await peer.ask(post(b"hello").replace(b"demo", b"nobody"))
        assert (answer.code, answer.first(b"connection")) == ("endpoint-unknown", None)
        assert (await peer.ask(GET)).status == 200
