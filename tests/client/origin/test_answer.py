"""The heads of answers."""

import pytest

from client.origin.answer import Answer, BadAnswer, Ends, Question, judge, kept_seconds
from client.origin.kinds import Kinds
from shared.http import Fields, ResponseHead

POST = Question(b"POST", b"")


def read(
    *fields: tuple[bytes, bytes], status: int = 200, reason: bytes = b"OK", version: str = "1.1", of: Question = POST
) -> Answer:
    """Judge an answer."""
    return judge(status, reason, fields, version, of, Kinds())


def test_fields_travel_in_order_and_form() -> None:
    """Order, case, repetition and obs-text bytes stay."""
    cookies = ((b"set-cookie", b"a=1"), (b"Set-Cookie", b"b=2"))
    fields: Fields = (*cookies, (b"X-ODD", b"caf\xe9"), (b"CONTENT-LENGTH", b"7"))
    assert read(*fields) == Answer(ResponseHead(200, b"OK", fields), Ends.AT_LENGTH, 7, None)


def test_fields_about_the_connection_are_dropped() -> None:
    """Hop-by-hop fields, those that `Connection` nominates, and the relay's own stay behind."""
    answer = read(
        (b"Connection", b"close, Private"),
        (b"Private", b"1"),
        (b"Keep-Alive", b"timeout=5"),
        (b"Upgrade", b"h2c"),
        (b"Trailer", b"Digest"),
        (b"Hookline-Error", b"endpoint-offline"),
        (b"Host", b"odd"),
        (b"Content-Length", b"0"),
    )
    assert answer.head.fields == ((b"Host", b"odd"), (b"Content-Length", b"0"))
    assert answer.kept_seconds == 5.0


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (read((b"Content-Length", b"7")), Ends.AT_LENGTH),
        (read((b"Content-Length", b"0")), Ends.AT_ONCE),
        (read((b"Transfer-Encoding", b"Chunked")), Ends.AT_LAST_CHUNK),
        (read(), Ends.AT_CLOSE),
        (read(version="1.0"), Ends.AT_CLOSE),
        (read(status=204), Ends.AT_ONCE),
        (read((b"Content-Length", b"7"), status=304), Ends.AT_ONCE),
        (read((b"Content-Length", b"7"), of=Question(b"HEAD", b"")), Ends.AT_ONCE),
        (read((b"Transfer-Encoding", b"chunked"), of=Question(b"HEAD", b"")), Ends.AT_ONCE),
    ],
)
def test_content_ends_where_the_rfc_says(answer: Answer, ends: Ends) -> None:
    """RFC 9112 section 6.3, case by case."""
    assert answer.ends is ends


def test_length_of_no_content() -> None:
    """An answer to HEAD, and a 304, keep the length of what they stand for without content of it; a 204 has none."""
    declared = (b"Content-Length", b"7")
    assert read(declared, of=Question(b"HEAD", b""))[0::2] == (ResponseHead(200, b"OK", (declared,)), None)
    assert read(declared, status=304)[0::2] == (ResponseHead(304, b"OK", (declared,)), None)
    assert read(declared, status=204)[0::2] == (ResponseHead(204, b"OK", ()), None)


@pytest.mark.parametrize("reason", [b"", b"OK", b"I'm a teapot", b"caf\xe9", b"tab\there"])
def test_reason_is_kept(reason: bytes) -> None:
    """A reason phrase is kept byte for byte."""
    assert read(reason=reason).head.reason == reason


def test_switch_that_was_asked_for() -> None:
    """A 101 to one of the protocols that were asked for is an answer without end."""
    asked = Question(b"GET", b"WebSocket, foo/2")
    answer = read((b"Connection", b"Upgrade"), (b"Upgrade", b"websocket"), (b"X", b"y"), status=101, of=asked)
    assert answer == Answer(ResponseHead(101, b"OK", ((b"X", b"y"),)), Ends.NEVER, None, None)


@pytest.mark.parametrize(
    ("fields", "of", "why"),
    [
        (((b"Connection", b"Upgrade"), (b"Upgrade", b"websocket")), POST, "not asked for"),
        (((b"Upgrade", b"websocket"),), Question(b"GET", b"websocket"), "connection field"),
        (((b"Connection", b"Upgrade"), (b"Upgrade", b"h2c")), Question(b"GET", b"websocket"), "another protocol"),
        (((b"Connection", b"Upgrade"),), Question(b"GET", b"websocket"), "another protocol"),
    ],
)
def test_switch_that_was_not_asked_for(fields: Fields, of: Question, why: str) -> None:
    """A 101 out of turn is no answer."""
    with pytest.raises(BadAnswer, match=why):
        read(*fields, status=101, of=of)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [(b"timeout=5", 5.0), (b"timeout=5, max=100", 5.0), (b'max=9, Timeout="30"', 30.0), (b"max=9", None), (b"", None)],
)
def test_kept_seconds_of_keep_alive(value: bytes, seconds: float | None) -> None:
    """What an app says about unused connections is understood."""
    assert kept_seconds(value) == seconds
