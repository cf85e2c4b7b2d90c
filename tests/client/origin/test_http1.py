"""Answers, read byte by byte."""

from collections.abc import Iterable

import pytest

from client.origin.answer import BadAnswer, Ends, Question
from client.origin.http1 import AnswerReader
from client.origin.kinds import Kinds
from shared.errors import Failure
from tests.origins import MALFORMED, OK, Malformed

POST = Question(b"POST", b"")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def fed(*pieces: bytes, question: Question = POST) -> AnswerReader:
    """Give a reader that has read `pieces`."""
    reader = AnswerReader(Kinds())
    reader.begin(question)
    feed_all(reader, pieces)
    return reader


def feed_all(reader: AnswerReader, pieces: Iterable[bytes]) -> None:
    """Feed pieces one by one."""
    for data in pieces:
        reader.feed(data)


def split(raw: bytes) -> list[bytes]:
    """Cut into single bytes."""
    return [bytes((byte,)) for byte in raw]


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "byte by byte"])
def test_answer_with_a_length(*, cut: bool) -> None:
    """Head and content come out, however the bytes were cut."""
    reader = fed(*(split(OK) if cut else [OK]))
    assert reader.answer is not None
    assert reader.answer.head.fields == ((b"Content-Length", b"2"),)
    assert (reader.take(), reader.ended, reader.persistent, reader.surplus) == (b"ok", True, True, False)
    assert reader.take() == b""


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "byte by byte"])
def test_answer_in_chunks_with_trailers(*, cut: bool) -> None:
    """Chunks are undone, extensions dropped, trailers kept."""
    raw = CHUNKED + b"2;x=y\r\nhi\r\n3\r\n ho\r\n0\r\nDigest: \xe9\r\nA: b\r\n\r\n"
    reader = fed(*(split(raw) if cut else [raw]))
    assert (reader.take(), reader.ended, reader.persistent) == (b"hi ho", True, True)
    assert reader.trailers == ((b"Digest", b"\xe9"), (b"A", b"b"))


def test_answer_until_close() -> None:
    """Without a length the content goes on until a clean end of the connection, and only that completes it."""
    reader = fed(b"HTTP/1.0 200 OK\r\n\r\n", b"abc")
    assert (reader.take(), reader.ended) == (b"abc", False)
    assert reader.cut_off(cleanly=True) is None
    broken = reader.cut_off(cleanly=False)
    assert broken is not None
    assert broken.failure is Failure.ORIGIN_TRUNCATED


def test_answers_in_a_row() -> None:
    """One reader reads one answer after another."""
    reader = fed(OK)
    reader.begin(POST)
    reader.feed(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    assert reader.answer is not None
    assert (reader.answer.head.status, reader.answer.head.reason, reader.ended) == (404, b"Not Found", True)


def test_head_alone_ends_the_answer_to_head() -> None:
    """An answer to HEAD has no content whatever it declares, and the connection is not used again."""
    reader = fed(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", question=Question(b"HEAD", b""))
    assert (reader.ended, reader.persistent, reader.take()) == (True, False, b"")


@pytest.mark.parametrize(
    "raw",
    [
        OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
        OK.replace(b"1.1", b"1.0"),
    ],
)
def test_connection_that_does_not_stay(raw: bytes) -> None:
    """An app that closes after its answer is believed."""
    assert fed(raw).persistent is False


def test_connection_of_1_0_that_stays() -> None:
    """An HTTP/1.0 app that says keep-alive is believed, too."""
    raw = OK.replace(b"1.1", b"1.0").replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n")
    assert fed(raw).persistent is True


@pytest.mark.parametrize(
    "raw",
    [
        OK + b"surplus",
        OK + OK,
        b"HTTP/1.1 204 No\r\n\r\nbody",
        b"HTTP/1.1 304 Same\r\nContent-Length: 4\r\n\r\nbody",
        b"HTTP/1.1 204 No\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_surplus_after_the_answer(raw: bytes) -> None:
    """What follows an answer is not part of it, and spoils the connection."""
    reader = fed(raw)
    assert (reader.ended, reader.surplus) == (True, True)


def test_empty_line_before_the_answer() -> None:
    """An app that still ends an earlier answer with an empty line is forgiven."""
    assert fed(b"\r\n", OK).ended is True


def test_interim_answers_are_passed_over() -> None:
    """Up to twenty interim answers come before the final one."""
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    reader = fed(interim * 20 + OK)
    assert reader.answer is not None
    assert reader.answer.head.fields == ((b"Content-Length", b"2"),)
    assert reader.answer.head.reason == b"OK"


def test_raw_bytes_after_a_switch() -> None:
    """What follows a 101 belongs to the other protocol."""
    raw = b"HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello"
    reader = fed(raw, question=Question(b"GET", b"websocket"))
    assert reader.answer is not None
    assert (reader.answer.ends, reader.take(), reader.ended) == (Ends.NEVER, b"\x81\x05hello", False)


@pytest.mark.parametrize("case", MALFORMED, ids=lambda case: case.name)
@pytest.mark.parametrize("cut", [False, True], ids=["whole", "byte by byte"])
def test_malformed_answer(case: Malformed, *, cut: bool) -> None:
    """What is not HTTP as it should be is refused, or is a close without an answer."""
    pieces = split(case.raw) if cut else [case.raw] if case.raw else []
    if case.then == "wait":
        with pytest.raises(BadAnswer):
            fed(*pieces)
        return
    broken = fed(*pieces).cut_off(cleanly=case.then != "reset")
    assert broken is not None
    assert broken.failure is case.failure


@pytest.mark.parametrize("piece", [b"A: b\r\n" * 1000, b"A: " + b"b" * 20_000])
def test_trailers_without_end(piece: bytes) -> None:
    """Trailers have the bounds of a head."""
    reader = fed(CHUNKED + b"2\r\nhi\r\n0\r\n")
    reader.take()
    with pytest.raises(BadAnswer):
        feed_all(reader, [piece] * 10)


def test_chunk_extensions_without_end() -> None:
    """Extensions are no content: without any, they run into the bound."""
    reader = fed(CHUNKED + b"2;")
    with pytest.raises(BadAnswer, match="without end"):
        feed_all(reader, [b"x" * 10_000] * 10)


def test_content_in_many_segments_is_no_trailer() -> None:
    """Long content in chunks is not mistaken for endless trailers."""
    reader = fed(CHUNKED)
    for _ in range(100):
        reader.feed(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
    assert len(reader.take()) == 100 * 0x1000
    assert reader.ended is False
