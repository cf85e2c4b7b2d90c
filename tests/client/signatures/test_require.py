"""Refusing before the app."""

import hashlib
import hmac

import pytest

from client.signatures.engine import Rule, Secret, Signatures
from client.signatures.require import LARGEST_BYTES, Require
from shared.errors import ContentBroken, ExchangeFailed, Failure
from shared.exchange import Content, Delivery, Request, Response
from shared.http.heads import RequestHead, ResponseHead
from tests.client.signatures.vectors import CATALOGUE

SECRET = Secret("env:S", b"whsec_x")
DELIVERY = Delivery("dlv_1", 1, "demo", 1_700_000_000.0, "192.0.2.1", "https://demo.example.com")


class App:
    """A handler that answers 200 and keeps what it got."""

    def __init__(self) -> None:
        self.got: list[bytes | None] = []

    async def __call__(self, request: Request) -> Response:
        """Take a request."""
        self.got.append(request.content.whole())
        return Response(ResponseHead(200, b"OK", ()), Content())


def request(content: Content, signed: bytes | None, target: bytes = b"/hooks", upgrade: bytes = b"") -> Request:
    """Make a request, signed as if its body were `signed`."""
    fields: tuple[tuple[bytes, bytes], ...] = ()
    if signed is not None:
        digest = hmac.new(SECRET.value, signed, hashlib.sha256).hexdigest()
        fields = ((b"X-TalkifAI-Signature", b"sha256=" + digest.encode()),)
    return Request(RequestHead(b"POST", target, fields, upgrade=upgrade), DELIVERY, content)


def make(app: App, largest_bytes: int = LARGEST_BYTES) -> Require:
    """Make the handler before an app."""
    rules = [Rule("talkifai", (SECRET,), path="/hooks", require=True), Rule("talkifai", (SECRET,), path="/lax")]
    return Require(app, signatures=Signatures(catalogue=CATALOGUE, rules=rules), largest_bytes=largest_bytes)


async def test_valid_request_reaches_the_app_unchanged() -> None:
    """The app gets exactly the bytes that were judged."""
    app = App()
    response = await make(app)(request(Content(b"{}"), b"{}"))
    assert (response.head.status, app.got) == (200, [b"{}"])


async def test_body_in_pieces_is_gathered() -> None:
    """A body that comes bit by bit is judged once it is whole."""
    app = App()
    content = Content(b"{", ended=False)
    content.feed(b"}")
    content.end(((b"Trailer", b"1"),))
    await make(app)(request(content, b"{}"))
    assert app.got == [b"{}"]


@pytest.mark.parametrize("signed", [None, b"other"])
async def test_what_is_not_valid_never_reaches_the_app(signed: bytes | None) -> None:
    """An unsigned and a forged request end before the app."""
    app = App()
    with pytest.raises(ExchangeFailed) as caught:
        await make(app)(request(Content(b"{}"), signed))
    assert (caught.value.failure, caught.value.delivered, app.got) == (Failure.SIGNATURE_INVALID, "no", [])


async def test_body_beyond_the_bound_is_refused() -> None:
    """What is too large to be judged is not let through."""
    app = App()
    with pytest.raises(ExchangeFailed, match="larger than 4 bytes"):
        await make(app, largest_bytes=4)(request(Content(b"12345"), b"12345"))
    content = Content(b"123", ended=False)
    content.feed(b"456")
    with pytest.raises(ExchangeFailed, match="larger than 4 bytes"):
        await make(app, largest_bytes=4)(request(content, b"123456"))
    assert app.got == []


async def test_upgrade_is_refused() -> None:
    """A request that becomes another protocol has no body to sign."""
    with pytest.raises(ExchangeFailed, match="upgrade"):
        await make(App())(request(Content(ended=False), b"", upgrade=b"websocket"))


async def test_content_that_breaks_off_is_a_failed_exchange() -> None:
    """A sender that goes away in the middle is not a signature's matter."""
    content = Content(b"{", ended=False)
    content.fail(ContentBroken(Failure.SENDER_ABORTED))
    with pytest.raises(ExchangeFailed, match="sender-aborted"):
        await make(App())(request(content, b"{}"))


@pytest.mark.parametrize("target", [b"/other", b"/lax", b"/hooksx"])
async def test_other_paths_pass_unread(target: bytes) -> None:
    """Where no rule demands a signature, nothing is gathered."""
    app = App()
    content = Content(b"{", ended=False)
    await make(app)(request(content, None, target))
    assert app.got == [None]
