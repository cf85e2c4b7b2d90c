"""Raw HTTP requests, as from the wire and as from an editor."""

import pytest

from client.deliveries.importing import RequestUnreadable, read_request

BAD = [
    (b"hello", 1, 1, "no request line"),
    (b"POST /a HTTP/1.1 x\n", 1, 1, "no request line"),
    (b"POST /a HTTP/1.1\r\nHost: x\r\nbad field\r\n\r\n", 3, 1, "this is no field"),
    (b"POST /a HTTP/1.1\nA : b\n\n", 2, 1, "this is no field"),
    (b"POST /a HTTP/1.1\nA: b\n c\n\n", 3, 1, "goes on here"),
    (b"POST /a HTTP/1.1\nA: b\x00c\n\n", 2, 1, "control byte 0x00"),
    (b"POST /a HTTP/1.1\nA: b\rc\n\n", 2, 1, "control byte 0x0d"),
    (b"POST /a HTTP/1.1\nContent-Length: 9\n\nabc", 4, 4, "ends after 3 bytes"),
    (b"POST /a HTTP/1.1\nContent-Length: 1\n\nabc", 4, 2, "2 bytes follow"),
    (b"POST /a HTTP/1.1\nContent-Length: x\n\n", 4, 1, "content-length is not a number"),
    (b"POST /a HTTP/1.1\nTransfer-Encoding: gzip\n\n", 4, 1, "not readable"),
    (b"POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\nzz\n", 4, 1, "chunk's size"),
    (b"POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n" + b"f" * 17 + b"\n", 4, 1, "chunk's size"),
    (b"POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n5\nab\n", 4, 1, "inside a chunk"),
    (b"POST /a HTTP/1.1\nTransfer-Encoding: chunked\n\n1\nab\n0\n\n", 5, 2, "longer than its size"),
    (b"POST ftp://x/ HTTP/1.1\n\n", 1, 1, "neither a path nor a URL"),
]


@pytest.mark.parametrize(("data", "line", "column", "words"), BAD)
def test_raw_request_that_is_broken_is_said_at_its_place(data: bytes, line: int, column: int, words: str) -> None:
    """Line, column and what is wrong there."""
    with pytest.raises(RequestUnreadable) as caught:
        read_request(data)
    assert (caught.value.line, caught.value.column, words in str(caught.value)) == (line, column, True)


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_raw_request_with_either_line_end(end: bytes) -> None:
    """Files from the wire and from an editor read the same."""
    (read,) = read_request(end.join([b"POST /a?b=%00 HTTP/1.0", b"Host: x", b"a:  b\xff ", b"A:", b"", b"body\r\n"]))
    assert (read.url, read.version, read.fields, read.content) == (
        "https://x/a?b=%00",
        b"1.0",
        ((b"Host", b"x"), (b"a", b"b\xff"), (b"A", b"")),
        b"body\r\n",
    )


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_raw_request_with_the_editors_last_line_end(end: bytes) -> None:
    """`Content-Length` says where the content ends; a line end behind it is the editor's."""
    (read,) = read_request(b"POST /a HTTP/1.1\nContent-Length: 3\n\nabc" + end)
    assert read.content == b"abc"


def test_raw_request_in_chunks() -> None:
    """Chunks are joined, their field goes, trailers are dropped."""
    data = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n1\r\n\x00\r\n0\r\nT: x\r\n\r\n"
    data += b"GET /b HTTP/1.1\r\n\r\n"
    first, second = read_request(data)
    assert (first.content, first.fields, second.target) == (b"abc\x00", (), b"/b")


@pytest.mark.parametrize(
    ("data", "url"),
    [
        (b"GET http://h:1/p?q HTTP/1.1\nHost: other\n\n", "http://h:1/p?q"),
        (b"GET /p\nHost: h\nX-Forwarded-Proto: http\n\n", "http://h/p"),
        (b"GET //evil/p HTTP/1.1\n\n", "https://localhost//evil/p"),
        (b"\xef\xbb\xbf\n\nGET /p HTTP/1.1\n", "https://localhost/p"),
    ],
)
def test_raw_request_url(data: bytes, url: str) -> None:
    """From the target, or from `Host` and, where said, the scheme that the proxy saw."""
    assert read_request(data)[0].url == url


@pytest.mark.parametrize("content", [b"short", b"more than its length", b""])
def test_damaged_content_is_read_where_that_is_asked_for(content: bytes) -> None:
    """Who looks for a damage gets what is there; everybody else is told of it."""
    data = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n" + content
    assert [request.content for request in read_request(data, damaged=True)] == [content]
    with pytest.raises(RequestUnreadable):
        read_request(data)


def test_second_request_is_no_damage() -> None:
    """What follows with a request line of its own is another request."""
    data = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" * 2
    assert len(read_request(data, damaged=True)) == 2
