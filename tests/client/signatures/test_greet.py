"""Answering handshakes before the app."""

import asyncio
import hashlib
import hmac

import pytest

from client.signatures.engine import Rule, Secret, Signatures
from client.signatures.greet import ANSWERED, MOST_BYTES, Greet
from client.signatures.handshakes import Handshakes
from shared.errors import ContentBroken, Failure
from shared.exchange import Content, Delivery, Request, Response
from shared.http.heads import Fields, RequestHead, ResponseHead
from tests.client.signatures.vectors import CATALOGUE

SECRET = Secret("env:S", b"secret")
DELIVERY = Delivery("dlv_1", 1, "demo", 1_700_000_000.0, "192.0.2.1", "https://demo.example.com")
HANDSHAKES = Handshakes.load()
INTENT = b'{"events":[],"entropy":"x"}'


async def app(_request: Request) -> Response:
    """Answer as an app that knows no handshakes."""
    return Response(ResponseHead(404, b"Not Found", ()), Content())


async def greeted(
    scheme: str, content: bytes, fields: Fields, *, handshake: bool = True, secrets: tuple[Secret, ...] = (SECRET,)
) -> tuple[Response, list[str]]:
    """Send a request through, and give what came back with what was learned."""
    learned: list[str] = []

    async def keep(_rule: Rule, secret: Secret) -> None:
        """Note what was told."""
        learned.append(secret.name)

    rule = Rule(scheme, secrets, handshake=handshake)
    greet = Greet(
        app,
        signatures=Signatures(catalogue=CATALOGUE, rules=[rule]),
        handshakes=HANDSHAKES,
        on_learned=keep,
        asking=[Rule("websub", handshake=True, path="/feed")],
    )
    response = await greet(Request(RequestHead(b"POST", b"/hooks", fields), DELIVERY, Content(content)))
    return response, learned


def xero(content: bytes, key: bytes) -> Fields:
    """Sign as Xero does."""
    from base64 import b64encode  # noqa: PLC0415 - used here alone

    return ((b"x-xero-signature", b64encode(hmac.new(key, content, hashlib.sha256).digest())),)


async def test_signed_handshake_is_answered() -> None:
    """Xero's good question gets an empty 200, which says that it is not the app's."""
    response, _ = await greeted("xero", INTENT, xero(INTENT, SECRET.value))
    assert (response.head.status, response.content.whole()) == (200, b"")
    assert (ANSWERED, b"xero-intent-to-receive") in response.head.fields


async def test_forged_handshake_is_refused_as_the_provider_expects() -> None:
    """Xero's bad question gets 401."""
    response, _ = await greeted("xero", INTENT, xero(INTENT, b"another"))
    assert response.head.status == 401


async def test_delivery_goes_to_the_app() -> None:
    """What is no handshake is the app's."""
    response, _ = await greeted("xero", b'{"events":[1]}', ())
    assert response.head.status == 404


async def test_rule_without_handshake_leaves_it_to_the_app() -> None:
    """Nothing is answered that was not asked for."""
    response, _ = await greeted("xero", INTENT, xero(INTENT, SECRET.value), handshake=False)
    assert response.head.status == 404


async def test_taught_key_is_handed_on() -> None:
    """Asana's key is offered to whoever keeps it."""
    response, learned = await greeted("asana", b"{}", ((b"X-Hook-Secret", b"abc"),), secrets=())
    assert (response.head.fields[0], learned) == ((b"X-Hook-Secret", b"abc"), ["learned:asana"])


async def test_answer_to_every_delivery_stays_the_apps() -> None:
    """Adyen's `[accepted]` is never said in place of an app that has not accepted."""
    response, _ = await greeted("adyen", b'{"live":"false","notificationItems":[]}', ())
    assert response.head.status == 404


async def test_field_that_would_split_the_answer_is_not_echoed() -> None:
    """A line break in an echoed field gives no answer."""
    response, learned = await greeted("asana", b"{}", ((b"X-Hook-Secret", b"a\r\nSet-Cookie: x"),))
    assert (response.head.status, learned) == (404, [])


async def test_key_does_not_take_the_place_of_one_that_is_there() -> None:
    """Anybody can send a handshake: it is answered, and its key is not believed beside the user's own."""
    response, learned = await greeted("asana", b"{}", ((b"X-Hook-Secret", b"evil"),))
    assert (response.head.status, learned) == (200, [])


async def test_rule_auto_answers_for_whom_it_recognises() -> None:
    """With `auto` the provider is the one that the fields point to."""
    response, _ = await greeted("auto", INTENT, xero(INTENT, SECRET.value))
    assert response.head.status == 200


def greet_xero() -> Greet:
    """Make the handler for Xero."""

    async def keep(_rule: Rule, _secret: Secret) -> None:
        """Xero tells nothing."""

    signatures = Signatures(catalogue=CATALOGUE, rules=[Rule("xero", (SECRET,), handshake=True)])
    return Greet(app, signatures=signatures, handshakes=HANDSHAKES, on_learned=keep)


def coming(length: int | None) -> tuple[Request, Content]:
    """Make a question whose body is still to come."""
    content = Content(length=length, ended=False)
    head = RequestHead(b"POST", b"/hooks", xero(INTENT, SECRET.value))
    return Request(head, DELIVERY, content), content


@pytest.mark.parametrize("length", [None, len(INTENT)])
async def test_question_that_comes_in_pieces_is_waited_for(length: int | None) -> None:
    """A question is answered once it is here, however it is framed."""
    request, content = coming(length)
    async with asyncio.TaskGroup() as tasks:
        answered = tasks.create_task(greet_xero()(request))
        for piece in (INTENT[:5], INTENT[5:]):
            content.feed(piece)
            await asyncio.sleep(0)
        content.end()
    assert answered.result().head.status == 200


async def test_body_that_is_no_questions_goes_on_to_the_app() -> None:
    """What is long is not waited for to its end."""
    request, content = coming(None)
    content.feed(b"x" * (MOST_BYTES + 1))
    assert (await greet_xero()(request)).head.status == 404


async def test_question_that_breaks_off_is_left_to_the_app() -> None:
    """A sender that goes away in the middle is nobody to answer."""
    request, content = coming(len(INTENT))
    content.fail(ContentBroken(Failure.SENDER_ABORTED))
    assert (await greet_xero()(request)).head.status == 404
