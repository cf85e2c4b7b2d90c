"""The provider's behaviour of the test-event sender, against the real sample app."""

from collections.abc import AsyncIterator

import pytest

from client.signatures.catalogue import Catalogue
from client.signatures.secret import Secret
from client.simulate.events import Events
from client.simulate.sample_app import SampleApp, start
from client.simulate.sender import Sender, Step
from client.simulate.series import FAILS_FIRST, WEBHOOK_PATH, series

SECRET = Secret("env:SAMPLE", b"whsec_sample")
NOW = 1_700_000_000.0
EVENTS = Events.load()
TALKIFAI = Catalogue.load().get("talkifai")


class Pauses:
    """Waits for nothing, and remembers how long it should have."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Note a pause."""
        self.seconds.append(seconds)


@pytest.fixture
async def app() -> AsyncIterator[SampleApp]:
    """Give the running sample app."""
    app = await start(SECRET.value, pause=Pauses())
    yield app
    await app.close()


def make_sender(url: str, pauses: Pauses, time_scale: float = 1.0) -> Sender:
    """Make a TalkifAI sender."""
    return Sender(
        url=url,
        scheme=TALKIFAI,
        secret=SECRET,
        ca=None,
        now=lambda: NOW,
        clock=lambda: 0.0,
        pause=pauses,
        time_scale=time_scale,
    )


async def test_series_is_answered_as_expected(app: SampleApp) -> None:
    """The whole demo series works against the sample app, `*.localhost` being found without any resolver."""
    async with make_sender(f"http://demo.localhost:{app.port}", Pauses()) as sender:
        sent = [await sender.send(step) for step in series(EVENTS, now=NOW)]
    assert [one.step.label for one in sent if not one.as_expected] == []
    assert [one.status for one in sent] == [200, 200, 200, 200, 200, 401, 200, 200, 200, 200]


async def test_failed_event_comes_again_after_the_providers_pause(app: SampleApp) -> None:
    """An event answered 500 is retried on TalkifAI's schedule, scaled, and then counts."""
    pauses = Pauses()
    step = Step("", EVENTS.make("talkifai", FAILS_FIRST, now=NOW), WEBHOOK_PATH)
    async with make_sender(f"http://127.0.0.1:{app.port}", pauses, 0.1) as sender:
        sent = await sender.send(step)
    assert [tried.status for tried in sent.tries] == [500, 200]
    assert pauses.seconds == [3.0]


async def test_unanswered_event_is_sent_four_times() -> None:
    """Where nobody listens, the whole schedule runs off: 30 s, 5 min, 30 min."""
    pauses = Pauses()
    step = Step("", EVENTS.make("talkifai", "credit.low", now=NOW), WEBHOOK_PATH)
    async with make_sender("http://127.0.0.1:9", pauses) as sender:
        sent = await sender.send(step)
    assert pauses.seconds == [30.0, 300.0, 1800.0]
    assert sent.status is None
    assert "cannot connect" in sent.tries[-1].failure


async def test_forgery_is_sent_once(app: SampleApp) -> None:
    """No provider stands behind a forgery, so nobody retries it."""
    event = EVENTS.make("talkifai", "credit.low", now=NOW)
    pauses = Pauses()
    async with make_sender(f"http://127.0.0.1:{app.port}", pauses) as sender:
        sent = await sender.send(Step("", event, WEBHOOK_PATH, "forged", (401,)))
    assert ([tried.status for tried in sent.tries], pauses.seconds) == ([401], [])


def test_forgery_under_a_key_that_is_no_text_has_other_bytes() -> None:
    """Where no wrong secret can be made up, the signature is right and the content is not what was signed."""
    scheme = next(scheme for scheme in Catalogue.load() if scheme.kind == "mac" and scheme.key == "base64")
    sender = Sender(
        url="http://127.0.0.1:9",
        scheme=scheme,
        secret=Secret("env:SAMPLE", b"c2VjcmV0IHNlY3JldCBzZWNyZXQ="),
        ca=None,
        now=lambda: NOW,
        clock=lambda: 0.0,
        pause=Pauses(),
        time_scale=1.0,
    )
    event = EVENTS.make("talkifai", "credit.low", now=NOW)
    assert sender.request(Step("", event, WEBHOOK_PATH, "forged")).content == event.content + b" "
