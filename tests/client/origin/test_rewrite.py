"""Requests, written as the app is to see them."""

import pytest

from client.origin.address import OriginAddress
from client.origin.kinds import Kinds
from client.origin.rewrite import BadHostHeader, HeadWriter, host_value
from shared.errors import ExchangeFailed, Failure
from shared.http import Fields, RequestHead

ADDRESS = OriginAddress.parse("3000")


def writer(host_header: str = "rewrite") -> HeadWriter:
    """Give a writer for `localhost:3000`."""
    return HeadWriter(ADDRESS, host_header=host_header, kinds=Kinds())


def head(*fields: tuple[bytes, bytes], method: bytes = b"POST", target: bytes = b"/hooks") -> RequestHead:
    """Give a request's head."""
    return RequestHead(method, target, fields)


HOST = (b"hOST", b"demo.relay.test")


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        ("rewrite", b"hOST: localhost:3000"),
        ("preserve", b"hOST: demo.relay.test"),
        ("app.test:8000", b"hOST: app.test:8000"),
        ("[::1]:3000", b"hOST: [::1]:3000"),
    ],
)
def test_host_as_wished(wish: str, line: bytes) -> None:
    """`Host` stays at its place, in its case, with the value that was asked for."""
    written = writer(wish).whole(head((b"A", b"1"), HOST, (b"B", b"2")), b"")
    assert written == b"POST /hooks HTTP/1.1\r\nA: 1\r\n" + line + b"\r\nB: 2\r\n\r\n"


@pytest.mark.parametrize("wish", ["rewrite", "preserve"])
def test_host_that_was_missing(wish: str) -> None:
    """An HTTP/1.0 sender may have sent none; the app gets its own."""
    written = writer(wish).whole(head((b"A", b"1")), b"")
    assert written == b"POST /hooks HTTP/1.1\r\nHost: localhost:3000\r\nA: 1\r\n\r\n"


def test_second_host_is_dropped() -> None:
    """An app never sees two hosts."""
    assert writer().whole(head(HOST, HOST), b"").count(b"localhost:3000") == 1


@pytest.mark.parametrize("wish", ["", "a b", "a\r\nB: c", "a/b", "a@b", "http://a"])
def test_host_that_no_request_can_carry(wish: str) -> None:
    """A value that is no host is refused before anything is sent."""
    with pytest.raises(BadHostHeader, match="write rewrite, preserve, or a value"):
        host_value(wish, ADDRESS)


def test_fields_travel_in_order_and_form() -> None:
    """Order, case, repetition and obs-text bytes stay; fields about one connection do not."""
    fields: Fields = (
        HOST,
        (b"x-b", b"2"),
        (b"X-A", b"caf\xe9"),
        (b"X-b", b""),
        (b"TE", b"trailers"),
        (b"Transfer-Encoding", b"chunked"),
        (b"Keep-Alive", b"300"),
        (b"Upgrade", b"h2c"),
        (b"Hookline-Delivery", b"dlv_1"),
    )
    assert writer().whole(head(*fields), b"").split(b"\r\n")[2:-2] == [
        b"x-b: 2",
        b"X-A: caf\xe9",
        b"X-b: ",
        b"Hookline-Delivery: dlv_1",
    ]


def test_nominated_fields_are_dropped() -> None:
    """What `Connection` nominates goes with it, unless it is a field that must arrive."""
    fields = (HOST, (b"Private", b"1"), (b"Connection", b"private, host, x-sig"), (b"X-Sig", b"s"))
    assert writer().whole(head(*fields), b"") == b"POST /hooks HTTP/1.1\r\nhOST: localhost:3000\r\nX-Sig: s\r\n\r\n"


@pytest.mark.parametrize(
    "target", [b"/a//b/../c?%00&x=", b"/?", b"/@evil/", b"//evil/", b"/\xe9", b"/a#b", b'/"<>\\^`{|}']
)
def test_target_is_untouched(target: bytes) -> None:
    """A target is never decoded, encoded or shortened."""
    assert writer().whole(head(HOST, target=target), b"").startswith(b"POST " + target + b" HTTP/1.1\r\n")


def test_star_is_a_target_for_options() -> None:
    """A question about the app as a whole (RFC 9112 section 3.2.4) passes as it is."""
    assert writer().whole(head(HOST, method=b"OPTIONS", target=b"*"), b"").startswith(b"OPTIONS * HTTP/1.1\r\n")


@pytest.mark.parametrize(
    ("method", "target"),
    [
        (b"POST", b"http://evil/"),
        (b"POST", b"@evil/"),
        (b"POST", b".evil"),
        (b"POST", b""),
        (b"POST", b"*"),
        (b"OPTIONS", b"*x"),
        (b"CONNECT", b"evil:443"),
        (b"POST", b"/a b"),
        (b"POST", b"/a\r\nX: y"),
        (b"POST", b"/\x00"),
        (b"", b"/"),
        (b"PO ST", b"/"),
        (b"P\r\nX", b"/"),
    ],
)
def test_request_line_that_is_none(method: bytes, target: bytes) -> None:
    """What is no method with a path is refused before anything is sent."""
    with pytest.raises(ExchangeFailed) as refused:
        writer().whole(head(HOST, method=method, target=target), b"")
    assert (refused.value.failure, refused.value.delivered) == (Failure.BAD_REQUEST, "no")


@pytest.mark.parametrize(
    "field",
    [
        (b"A", b"b\r\nX: y"),
        (b"A", b"b\nX: y"),
        (b"A", b"b\rX: y"),
        (b"A", b"b\x00"),
        (b"A\r\nX", b"y"),
        (b"A:", b"b"),
        (b"Transfer-Encoding ", b"chunked"),
        (b"", b"b"),
        (b"Content-Length", b"+2"),
        (b"Content-Length", b""),
        (b"Content-Length", b"2, 2"),
        (b"Content-Length", b"9" * 30),
    ],
)
def test_field_that_is_none(field: tuple[bytes, bytes]) -> None:
    """A field cannot smuggle another one, nor a request."""
    with pytest.raises(ExchangeFailed) as refused:
        writer().whole(head(HOST, field), b"ok")
    assert refused.value.failure is Failure.BAD_REQUEST


def test_content_with_its_length() -> None:
    """A declared length is written at its place, once, as a plain number."""
    fields = (HOST, (b"content-length", b" 2 "), (b"A", b"1"), (b"Content-Length", b"02"))
    written = writer().whole(head(*fields), b"ok")
    assert written == b"POST /hooks HTTP/1.1\r\nhOST: localhost:3000\r\ncontent-length: 2\r\nA: 1\r\n\r\nok"


@pytest.mark.parametrize("declared", [b"1", b"3", b"0"])
def test_content_of_another_length(declared: bytes) -> None:
    """Content that is not as long as declared is never sent."""
    with pytest.raises(ExchangeFailed, match="declares"):
        writer().whole(head(HOST, (b"Content-Length", declared)), b"ok")


def test_length_given_twice_differently() -> None:
    """Two lengths are none."""
    with pytest.raises(ExchangeFailed, match="twice"):
        writer().whole(head(HOST, (b"Content-Length", b"2"), (b"Content-Length", b"3")), b"ok")


def test_content_without_length_is_chunked() -> None:
    """Content that no length was declared for goes out in chunks, with its trailers."""
    written = writer().whole(head(HOST), b"hello", ((b"Digest", b"x"), (b"Connection", b"close")))
    _, _, framed = written.partition(b"hOST: localhost:3000\r\n")
    assert framed == b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nDigest: x\r\n\r\n"


def test_trailer_that_is_none() -> None:
    """A trailer cannot end the request early."""
    for trailer in ((b"A", b"b\r\n\r\nGET / HTTP/1.1"), (b"A b", b"c")):
        with pytest.raises(ExchangeFailed):
            writer().last_chunk((trailer,))


def test_trailers_about_the_message_are_dropped() -> None:
    """Framing and routing are decided before the content (RFC 9110 section 6.5.1)."""
    trailers = ((b"Content-Length", b"5"), (b"Host", b"evil"), (b"Transfer-Encoding", b"chunked"), (b"A", b"b"))
    assert writer().last_chunk(trailers) == b"0\r\nA: b\r\n\r\n"


def test_upgrade_is_asked_for() -> None:
    """The two fields that ask for another protocol are written anew."""
    written, declared = writer().head(head(HOST, method=b"GET"), chunked=False, upgrade=b"websocket")
    assert written.endswith(b"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
    assert declared is None
