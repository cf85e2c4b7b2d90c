"""Requests cut from bytes, by value."""

import random

import pytest

from relay_server.gateway.http1 import Refused, RequestReader
from relay_server.gateway.request_rules import Invalid, examine
from relay_server.gateway.settings import Limits
from shared.errors import Failure
from tests.relay_server.gateway.stage import GET, HOST, post, post_chunks

Read = tuple[bytes, bytes, bytes]


def read_all(pieces: list[bytes], into: list[Read] | None = None) -> list[Read]:
    """Give method, target and content of every request in what arrives piece by piece."""
    found = [] if into is None else into
    reader, content, in_head = RequestReader(Limits()), b"", True
    for piece in pieces:
        at = 0
        while at < len(piece):
            if in_head:
                end = reader.read_head(piece, at)
                if end < 0:
                    break
                at, in_head = end, False
                head = reader.method, reader.target
                plan = examine(reader.method, reader.target, reader.version, reader.fields)
                reader.expect(plan.length, chunked=plan.chunked)
            else:
                data, at = reader.read_content(piece, at)
                content += data
            if not in_head and reader.complete:
                found.append((*head, content))
                content, in_head = b"", True
                reader.next()
    return found


STREAM = b"\r\n" + post(b"hello") + post_chunks(b"\r\n\r\n", b"x" * 300, b"GET", trailers=b"A: b\r\n") + GET + post(b"")
EXPECTED = [
    (b"POST", b"/hooks", b"hello"),
    (b"POST", b"/hooks", b"\r\n\r\n" + b"x" * 300 + b"GET"),
    (b"GET", b"/x", b""),
    (b"POST", b"/hooks", b""),
]


@pytest.mark.parametrize("seed", range(100))
def test_cuts_do_not_matter(seed: int) -> None:
    """However the bytes are cut, the requests in them are the same."""
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(1, len(STREAM)), chance.randint(0, 60)))
    pieces = [STREAM[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(STREAM)], strict=True)]
    assert read_all(pieces) == EXPECTED


def test_single_bytes() -> None:
    """A sender that sends byte by byte is understood."""
    assert read_all([STREAM[at : at + 1] for at in range(len(STREAM))]) == EXPECTED


def test_raw_head_is_kept() -> None:
    """The head's octets stay at hand until the next request, for whoever takes the connection over."""
    reader = RequestReader(Limits())
    found = [reader.between, reader.read_head(GET[:20], 0), reader.between]
    assert found == [True, -1, False]
    assert reader.read_head(GET[20:] + b"rest", 0) == len(GET) - 20
    assert reader.raw == GET
    reader.next()
    assert (reader.raw, reader.between) == (b"", True)


def test_trailing_white_space_is_no_part_of_a_value() -> None:
    """White space around a value is dropped, also when it ends in a tab."""
    reader = RequestReader(Limits())
    data = b"GET / HTTP/1.1\r\nA: \t b c \t\r\nB:\r\nC: \xa0\r\n\r\n"
    assert reader.read_head(data, 0) == len(data)
    assert reader.fields == [(b"A", b"b c"), (b"B", b""), (b"C", b"\xa0")]


@pytest.mark.parametrize(
    ("pieces", "failure"),
    [
        ([b"GET / HTTP/1.1\n"], Failure.BAD_REQUEST),
        ([b"\r", b"GET / HTTP/1.1\r\n"], Failure.BAD_REQUEST),
        ([b"BREW / HTTP/1.1\r\n"], Failure.METHOD_NOT_ALLOWED),
        ([b"\x16\x03\x01"], Failure.BAD_REQUEST),
        ([b"GET /\r\n\r\n"], Failure.BAD_REQUEST),
        ([b"GET / HTTP/3.0\r\n"], Failure.HTTP_VERSION),
        ([b"GET /" + b"a" * 40_000, b"a" * 40_000], Failure.URI_TOO_LONG),
        ([b"GET / HTTP/1.1\r\nA: " + b"a" * 40_000, b"a" * 40_000], Failure.HEADERS_TOO_LARGE),
    ],
)
def test_early_refusals(pieces: list[bytes], failure: Failure) -> None:
    """What can no longer become a request is refused as soon as that is certain."""
    reader = RequestReader(Limits())
    for piece in pieces[:-1]:
        assert reader.read_head(piece, 0) == -1
    with pytest.raises(Refused) as caught:
        reader.read_head(pieces[-1], 0)
    assert caught.value.failure == failure


def test_content_that_llhttp_cannot_frame() -> None:
    """A head whose coding is unknown is read, but its content is not."""
    reader = RequestReader(Limits())
    data = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n"
    assert reader.read_head(data, 0) == len(data)
    with pytest.raises(Refused, match="unsupported-coding"):
        reader.expect(None, chunked=False)


def judged(pieces: list[bytes]) -> tuple[list[Read], bool]:
    """Give the requests before a refusal, and whether there was one."""
    found: list[Read] = []
    try:
        read_all(pieces, found)
    except (Refused, Invalid):
        return found, True
    return found, False


@pytest.mark.parametrize("seed", range(300))
def test_damaged_requests_are_judged_alike(seed: int) -> None:
    """Whatever damage a stream has, its cuts change neither the requests in it nor whether it is refused."""
    chance = random.Random(seed)
    stream = bytearray(STREAM)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(stream))
        kind = chance.randrange(4)
        if kind == 0:
            stream[at] = chance.choice(b"\r\n\0 :;,0aF\xff\t/")
        elif kind == 1:
            del stream[at : at + chance.randint(1, 5)]
        elif kind == 2:
            stream[at:at] = chance.choice([b"\r\n", b"\n", b"\r", b" ", b"0", b"\r\n\r\n", b"Content-Length: 3\r\n"])
        else:
            stream[at:at] = stream[at : at + 20]
    whole = judged([bytes(stream)])
    for _ in range(5):
        cuts = sorted(chance.sample(range(1, len(stream)), chance.randint(1, 60)))
        pieces = [bytes(stream[begin:end]) for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
        assert judged(pieces) == whole
