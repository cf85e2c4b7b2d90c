"""Byte-exactness through both programs: the app sees what the sender sent, and the reverse."""

import ssl
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.authority import Authority
from tests.system.app import RAW_FIELD, Answer, App, serving
from tests.system.sender import Sender
from tests.system.supervisor import Supervisor
from tests.system.verify import own_fields

pytestmark = [pytest.mark.system, pytest.mark.asyncio(loop_scope="module")]

TARGETS = (
    b"/",
    b"/?",
    b"/a//b/../c?%00&x=",
    b"/%2e%2e/%2F",
    b"//evil.example/path",
    b"/a;b=c;d",
    b"/a?b?c&&=",
    b"/%zz%",
    b"/caf%C3%A9?q=%E2%82%AC",
    b"/.",
    b"/..",
    b"/a+b%20c",
    b"/@host:80/x",
    b"/'()*!$,~",
)


class Path:
    """Both programs, a sender in front and an app behind."""

    def __init__(self, app: App, sender: Sender) -> None:
        self.app = app
        self.sender = sender


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def path(tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> AsyncIterator[Path]:
    """Give one pair of programs for the module: nothing here disturbs them."""
    async with serving() as app, Supervisor(tmp_path_factory.mktemp("exactness"), authority) as supervisor:
        relay = await supervisor.relay()
        await supervisor.client(relay, app.port, token=await supervisor.token())
        tls = ssl.create_default_context(cafile=relay.ca)
        yield Path(app, Sender(relay.port, f"demo.localhost:{relay.port}", tls=tls))


@pytest.mark.parametrize("target", TARGETS)
async def test_target_arrives_as_sent(path: Path, target: bytes) -> None:
    """No target is decoded, joined or shortened."""
    sent = await path.sender.send(b"x", target=target)
    assert (sent.status, path.app.journal[-1].message.line) == (200, b"POST %s HTTP/1.1" % target)


async def test_fields_arrive_as_sent(path: Path) -> None:
    """Order, letter case, repetition, empty values and obs-text octets are kept."""
    fields = [
        (b"x-lower", b"1"),
        (b"X-UPPER", b"2"),
        (b"X-Twice", b"one"),
        (b"x-tWICE", b"two, three"),
        (b"X-Empty", b""),
        (b"X-Obs", b"caf\xe9 \xff\x80"),
        (b"X_Under_Score", b"kept"),
        (b"Cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"Accept-Encoding", b"br;q=0.1, *"),
        (b"Authorization", b"Bearer of bytes"),
    ]
    sent = await path.sender.send(b"x", fields=fields)
    assert sent.status == 200, sent.why
    assert own_fields(path.app.journal[-1].message.fields) == own_fields(sent.fields)


@pytest.mark.parametrize("size", [0, 1, 1024, 65_536, 65_537, 300_000])
async def test_content_arrives_as_sent(path: Path, size: int) -> None:
    """Content of every size around the frame's arrives whole, its length declared as it was."""
    sent = await path.sender.send(bytes(range(256)) * (size // 256) + b"z" * (size % 256))
    message = path.app.journal[-1].message
    assert (sent.status, message.sha256, message.every(b"content-length")) == (200, sent.content_sha256, [b"%d" % size])


async def test_chunked_content_arrives_chunked(path: Path) -> None:
    """Content without a declared length is not given one."""
    sent = await path.sender.send(chunks=[b"a", b"b" * 70_000, b"\r\n0\r\n\r\n"])
    message = path.app.journal[-1].message
    assert (sent.status, message.sha256) == (200, sent.content_sha256)
    assert (message.first(b"transfer-encoding"), message.first(b"content-length")) == (b"chunked", None)


@pytest.mark.parametrize("method", [b"GET", b"PUT", b"PATCH", b"DELETE", b"OPTIONS", b"PROPFIND"])
async def test_method_arrives_as_sent(path: Path, method: bytes) -> None:
    """Every method reaches the app under its own name."""
    sent = await path.sender.send(method=method)
    assert (sent.status, path.app.journal[-1].message.line) == (200, method + b" /hooks HTTP/1.1")


async def test_answer_comes_back_as_given(path: Path) -> None:
    """Status, reason, fields in order and case, and obs-text octets of the app's answer reach the sender."""
    fields = [("x-lower", "1"), ("X-UPPER", "2"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2"), ("X-Obs", "\xe9\xff")]
    answer = Answer(status=207, fields=fields, content="multi")
    sent = await path.sender.send(b"x", fields=[answer.field()])
    assert sent.response is not None, sent.why
    assert sent.response.line == b"HTTP/1.1 207 Scripted"
    expected = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields]
    assert [field for field in sent.response.fields if field in expected] == expected
    assert sent.response.content == b"multi"


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
async def test_answer_is_whole_in_each_framing(path: Path, framing: str) -> None:
    """However the app frames its answer, the sender gets all of it, framed once."""
    answer = Answer(size=200_000, framing=framing)  # type: ignore[arg-type]
    sent = await path.sender.send(b"x", fields=[answer.field()])
    assert sent.response is not None, sent.why
    assert sent.response.size == 200_000
    expected = b"200000" if framing == "length" else None
    assert sent.response.first(b"content-length") == expected


async def test_answer_to_head_keeps_its_length_and_has_no_content(path: Path) -> None:
    """A HEAD is answered with the length that a GET would have had, and nothing after the head."""
    sent = await path.sender.send(method=b"HEAD", fields=[Answer(content="12345").field()])
    assert sent.response is not None, sent.why
    assert (sent.response.first(b"content-length"), sent.response.size) == (b"5", 0)


@pytest.mark.parametrize("status", [204, 304])
async def test_answer_without_content_has_none(path: Path, status: int) -> None:
    """204 and 304 come back without content, and the connection goes on."""
    answer = Answer(status=status, framing="none", fields=[("ETag", '"x"')])
    sent = await path.sender.send(b"x", fields=[answer.field()])
    assert sent.response is not None, sent.why
    assert (sent.status, sent.response.size, sent.response.first(b"etag")) == (status, 0, b'"x"')
    assert sent.response.first(b"transfer-encoding") is None


async def test_interim_answer_does_not_take_the_final_ones_place(path: Path) -> None:
    """A 103 from the app is followed by the answer itself."""
    final = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    path.app.raw["early"] = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + final
    sent = await path.sender.send(b"x", fields=[(RAW_FIELD, b"early")])
    assert sent.response is not None, sent.why
    assert (sent.status, sent.response.content) == (200, b"ok")


async def test_two_requests_on_one_connection_get_their_own_answers(path: Path) -> None:
    """A kept connection carries one exchange after the other."""
    head = b"POST /%s HTTP/1.1\r\nHost: %s\r\nX-Delivery: %s\r\nContent-Length: 1\r\n\r\nx"
    host = path.sender.host.encode()
    found = await path.sender.raw(head % (b"one", host, b"p-1") + head % (b"two", host, b"p-2"))
    assert [message.first(b"x-delivery") for message in found] == [b"p-1", b"p-2"]
