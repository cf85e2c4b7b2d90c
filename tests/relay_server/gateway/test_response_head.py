"""Heads of answers and their framing, by value."""

import pytest

from relay_server.gateway.response_head import Body, Framed, Sender, acceptable_trailers, frame, trailer_section
from shared.errors import ExchangeFailed, Failure
from shared.http.heads import Fields, ResponseHead

NEW = Sender(b"GET", b"1.1", b"", keep_alive=True)
OLD = Sender(b"GET", b"1.0", b"", keep_alive=True)
LENGTH_5 = ((b"Content-Length", b"5"),)


def framed(
    *fields: tuple[bytes, bytes],
    status: int = 200,
    sender: Sender = NEW,
    whole: bytes | None = None,
    trailers: Fields = (),
) -> Framed:
    """Frame an answer of the relay `relay.test`."""
    return frame(ResponseHead(status, b"R", fields), sender, whole=whole, trailers=trailers, domain=b"relay.test")


def test_fields_leave_in_order() -> None:
    """Fields keep order, case, repetition and octets; hop-by-hop and reserved ones go, a length is written anew."""
    found = framed(
        (b"X-b", b"\xe9"),
        (b"Connection", b"close, X-Own, X-b"),
        (b"x-B", b""),
        (b"Keep-Alive", b"5"),
        (b"Transfer-Encoding", b"chunked"),
        (b"content-LENGTH", b" 005 "),
        (b"Hookline-Error", b"fake"),
        (b"hookline-delivery", b"fake"),
        (b"Content-Length", b"5"),
        (b"Date", b"now"),
        whole=b"hello",
    )
    assert found.head == b"HTTP/1.1 200 R\r\nX-b: \xe9\r\nx-B: \r\ncontent-LENGTH: 5\r\nDate: now\r\n\r\n"


@pytest.mark.parametrize(
    ("sender", "status", "fields", "whole", "body", "length", "more", "keeps"),
    [
        (NEW, 200, LENGTH_5, b"hello", Body.COUNTED, 5, b"", True),
        (NEW, 200, LENGTH_5, None, Body.COUNTED, 5, b"", True),
        (NEW, 200, (), b"", Body.COUNTED, 0, b"Content-Length: 0\r\n", True),
        (NEW, 200, (), b"hello", Body.CHUNKED, 0, b"Transfer-Encoding: chunked\r\n", True),
        (NEW, 200, (), None, Body.CHUNKED, 0, b"Transfer-Encoding: chunked\r\n", True),
        (OLD, 200, LENGTH_5, None, Body.COUNTED, 5, b"Connection: keep-alive\r\n", True),
        (OLD, 200, (), b"hello", Body.COUNTED, 5, b"Content-Length: 5\r\nConnection: keep-alive\r\n", True),
        (OLD, 200, (), None, Body.UNTIL_CLOSE, 0, b"Connection: close\r\n", False),
        (NEW, 204, LENGTH_5, b"", Body.NONE, 0, b"", True),
        (NEW, 304, LENGTH_5, b"", Body.NONE, 5, b"", True),
        (NEW, 205, (), b"", Body.COUNTED, 0, b"Content-Length: 0\r\n", True),
        (Sender(b"HEAD", b"1.1", b"", keep_alive=True), 200, LENGTH_5, b"", Body.NONE, 5, b"", True),
        (Sender(b"HEAD", b"1.1", b"", keep_alive=True), 200, (), b"x", Body.NONE, 0, b"", True),
        (
            Sender(b"GET", b"1.1", b"", keep_alive=False),
            200,
            LENGTH_5,
            None,
            Body.COUNTED,
            5,
            b"Connection: close\r\n",
            False,
        ),
    ],
)
def test_framing(
    sender: Sender,
    status: int,
    fields: Fields,
    whole: bytes | None,
    body: Body,
    length: int,
    more: bytes,
    *,
    keeps: bool,
) -> None:
    """Each combination of version, status, length and content is framed in one way."""
    found = framed(*fields, status=status, sender=sender, whole=whole)
    kept = b"Content-Length: 5\r\n" if fields and status != 204 else b""
    assert found.head == b"HTTP/1.1 %d R\r\n" % status + kept + more + b"\r\n"
    assert (found.body, found.length, found.keep_alive) == (body, length, keeps)


def test_trailers_need_chunks() -> None:
    """Empty content with trailers is chunked, so that they have a place."""
    assert framed(whole=b"", trailers=((b"X-Sum", b"1"),)).body is Body.CHUNKED


@pytest.mark.parametrize(
    "name",
    [
        *(b"X-Forwarded-For", b"x-forwarded-proto", b"Forwarded", b"Hookline-Error", b"HOOKLINE-Delivery", b"Host"),
        *(b"Transfer_Encoding", b"Content_Length", b"X_Forwarded_For", b"Hookline_Error", b"Set-Cookie"),
    ],
)
def test_what_only_the_relay_says_may_not_come_late(name: bytes) -> None:
    """Who a sender is, who answers, and how a message is framed: none of it is taken from a trailer."""
    trailers = ((b"X-Sum", b"1"), (name, b"x"), (b"x_y", b"2"))
    assert acceptable_trailers(trailers) == ((b"X-Sum", b"1"), (b"x_y", b"2"))
    assert trailer_section(trailers) == b"0\r\nX-Sum: 1\r\nx_y: 2\r\n\r\n"


def test_trailer_section() -> None:
    """Trailers leave as they are, but for those that may not come late or not at all."""
    trailers = ((b"X-Sum", b"1"), (b"Content-Length", b"5"), (b"Set-Cookie", b"a=b"), (b"X-Bad", b"a\nb"), (b"", b"x"))
    assert trailer_section(trailers) == b"0\r\nX-Sum: 1\r\n\r\n"


def test_trailers_of_requests() -> None:
    """The same names are left out of a request's trailers."""
    assert acceptable_trailers([(b"X-Sum", b"1"), (b"HOST", b"evil"), (b"transfer-encoding", b"x")]) == (
        (b"X-Sum", b"1"),
    )


@pytest.mark.parametrize(
    ("fields", "status", "whole"),
    [
        (((b"X", b"a\r\nY: b"),), 200, b""),
        (((b"X", b"a\nb"),), 200, b""),
        (((b"X", b"a\x00"),), 200, b""),
        (((b"X", b"\x1b[31m"),), 200, b""),
        (((b"X", b"\x7f"),), 200, b""),
        (((b"X Y", b"a"),), 200, b""),
        (((b"X:", b"a"),), 200, b""),
        (((b"", b"a"),), 200, b""),
        (((b"X\xe9", b"a"),), 200, b""),
        (((b"Content-Length", b"five"),), 200, b""),
        (((b"Content-Length", b"-1"),), 200, b""),
        (((b"Content-Length", b"1" * 19),), 200, b""),
        (((b"Content-Length", b"5"), (b"content-length", b"6")), 200, b"hello"),
        (LENGTH_5, 200, b"hell"),
        (LENGTH_5, 200, b"hello!"),
        ((), 199, b""),
        ((), 100, b""),
        ((), 101, b""),
        ((), 600, b""),
        ((), 0, b""),
    ],
)
def test_answers_that_are_not_valid(fields: Fields, status: int, whole: bytes) -> None:
    """What would split the message, or is no final answer, is not written."""
    with pytest.raises(ExchangeFailed) as caught:
        framed(*fields, status=status, whole=whole)
    assert (caught.value.failure, caught.value.delivered) == (Failure.ORIGIN_BAD_RESPONSE, "yes")


def test_reason_that_is_not_valid() -> None:
    """A reason may not split the message either."""
    with pytest.raises(ExchangeFailed, match="origin-bad-response"):
        frame(ResponseHead(200, b"a\r\nb", ()), NEW, whole=b"", trailers=(), domain=b"relay.test")


@pytest.mark.parametrize(
    ("cookie", "expected"),
    [
        (b"a=b; Domain=relay.test", b"a=b"),
        (b"a=b; domain = .Relay.Test ; Path=/", b"a=b; Path=/"),
        (b"a=b;DOMAIN=test;Secure", b"a=b;Secure"),
        (b"a=b; Domain=re%6cay.test; Path=/", b"a=b; Path=/"),
        (b'a=b; Domain="relay.test"', b"a=b"),
        (b"a=b; Domain=relay.test.", b"a=b"),
        (b"a=b; Domain=\xef\xbc\xb4est; x", b"a=b; x"),
        (b"a=b; Domain=demo.relay.test; x", b"a=b; Domain=demo.relay.test; x"),
        (b"a=b; Domain=", b"a=b; Domain="),
        (b"a=b; Domain=elay.test", b"a=b; Domain=elay.test"),
        (b"domain=relay.test", b"domain=relay.test"),
    ],
)
def test_cookies_stay_with_their_endpoint(cookie: bytes, expected: bytes) -> None:
    """A cookie for the relay's domain or above it is kept from the neighbours; all else of it stays."""
    found = framed((b"Set-Cookie", cookie), whole=b"")
    assert b"Set-Cookie: " + expected + b"\r\n" in found.head


def test_switching_protocols() -> None:
    """101 names the protocol that the app chose, else the one that was asked for."""
    asked = Sender(b"GET", b"1.1", b"websocket", keep_alive=True)
    found = framed((b"X", b"1"), (b"Content-Length", b"0"), status=101, sender=asked)
    assert found.head == b"HTTP/1.1 101 R\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX: 1\r\n\r\n"
    assert (found.body, found.keep_alive) == (Body.UNTIL_CLOSE, False)
    chosen = framed((b"Upgrade", b"other"), status=101, sender=asked)
    assert b"Upgrade: other\r\n" in chosen.head
    with pytest.raises(ExchangeFailed, match="Upgrade"):
        framed((b"Upgrade", b"a\r\nb"), status=101, sender=asked)
