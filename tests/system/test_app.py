"""The harness's app and sender, against each other."""

import pytest

from tests.system.app import RAW_FIELD, Answer, App, serving
from tests.system.sender import Sender


async def test_sender_and_app_agree_on_what_was_sent() -> None:
    """What the manifest says was sent is what the journal says arrived."""
    async with serving() as app:
        sender = Sender(app.port, "demo.localhost")
        sent = await sender.send(b"a" * 300_000, target=b"/a//b/../c?%00&x=", fields=[(b"x-Odd", b"\xff")])
    (entry,) = app.journal
    assert (sent.ending, sent.status) == ("answered", 200)
    assert entry.message.line == b"POST /a//b/../c?%00&x= HTTP/1.1"
    assert (entry.id, entry.message.fields) == (sent.id, sent.fields)
    assert (entry.message.sha256, entry.message.size) == (sent.content_sha256, sent.content_size)


async def test_chunked_content_arrives_whole() -> None:
    """Chunks are joined by the app as the sender cut them."""
    async with serving() as app:
        sent = await Sender(app.port, "demo").send(chunks=[b"one", b"t" * 70_000, b"three"])
    assert app.journal[0].message.sha256 == sent.content_sha256


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
async def test_answer_is_read_in_each_framing(framing: str) -> None:
    """The sender takes an answer's content whichever way it is framed, and finds its own id in it."""
    answer = Answer(status=201, size=200_000, framing=framing)  # type: ignore[arg-type]
    async with serving() as app:
        sent = await Sender(app.port, "demo").send(fields=[answer.field()])
    assert sent.response is not None
    assert (sent.status, sent.response.size, sent.response.first(b"x-delivery")) == (201, 200_000, sent.id.encode())


@pytest.mark.parametrize("end_at", ["start", "head", "middle"])
@pytest.mark.parametrize("end", ["close", "reset"])
async def test_answer_that_ends_early_is_never_taken_for_one(end: str, end_at: str) -> None:
    """An answer cut anywhere, by FIN or RST, counts as broken."""
    answer = Answer(size=300_000, end=end, end_at=end_at)  # type: ignore[arg-type]
    async with serving() as app:
        sent = await Sender(app.port, "demo").send(fields=[answer.field()])
    assert (sent.ending, sent.response) == ("broken", None)


async def test_answer_that_never_comes_counts_as_hung() -> None:
    """A sender gives up after its patience."""
    async with serving() as app:
        sent = await Sender(app.port, "demo").send(fields=[Answer(end="hang").field()], patience_seconds=0.1)
    assert sent.ending == "hung"


async def test_sender_that_leaves_is_journalled_as_incomplete() -> None:
    """The app does not take half an upload for a whole one."""
    async with serving() as app:
        sent = await Sender(app.port, "demo").send(b"x" * 200_000, leave_after=100_000)
        await app.arrived()
    assert (sent.ending, app.journal[0].complete) == ("left", False)


async def test_early_answer_reaches_a_sender_in_the_middle_of_its_upload() -> None:
    """The sender reads while it writes."""
    async with serving() as app:
        answer = Answer(status=413, early=True, framing="close")
        sent = await Sender(app.port, "demo").send(b"x" * 100_000, fields=[answer.field()])
    assert sent.status == 413


async def test_raw_answer_goes_out_as_it_is() -> None:
    """A named raw answer is written byte for byte."""
    async with serving() as app:
        app.raw["odd"] = b"HTTP/1.1 299 \r\nX-a:  \xe9 \r\ncontent-length: 0\r\n\r\n"
        sent = await Sender(app.port, "demo").send(fields=[(RAW_FIELD, b"odd")])
    assert sent.response is not None
    assert sent.response.head == app.raw["odd"]


def test_app_names_its_address_as_the_command_line_takes_it() -> None:
    """The address is a plain HTTP URL on loopback."""
    app = App()
    app.port = 3000
    assert app.url == "http://127.0.0.1:3000"
