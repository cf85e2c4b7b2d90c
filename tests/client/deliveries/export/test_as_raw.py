"""The raw form is the message itself."""

from client.deliveries.export import export
from client.deliveries.importing import read_request
from tests.client.deliveries.export.samples import CONTENTS, TARGETS, exchange


def test_raw_is_the_message_that_was_received() -> None:
    """Request line, fields in order, empty line, content."""
    sent = exchange(
        target=b"/?", fields=((b"Host", b"x"), (b"x-A", b"\xff"), (b"Content-Length", b"2")), content=b"\x00\n"
    )
    assert export([sent], "raw").data == b"POST /? HTTP/1.1\r\nHost: x\r\nx-A: \xff\r\nContent-Length: 2\r\n\r\n\x00\n"


def test_raw_gets_a_length_where_the_content_came_in_chunks() -> None:
    """The file can be sent as it stands."""
    assert (
        export([exchange(fields=(), content=b"ab")], "raw").data
        == b"POST " + TARGETS["plain"] + b" HTTP/1.1\r\nContent-Length: 2\r\n\r\nab"
    )


def test_raw_of_several_comes_in_again() -> None:
    """Messages follow each other."""
    sent = [exchange(content=content) for content in CONTENTS.values()]
    read = read_request(export(sent, "raw", with_secrets=True).data)
    assert [(one.target, one.fields, one.content) for one in read] == [
        (one.target, one.fields, one.content) for one in sent
    ]
