"""Event templates."""

import msgspec
import pytest

from client.simulate.events import EventMistake, Events, changed, content_type

NOW = 1_700_000_000.0

TALKIFAI = (
    "call.started",
    "call.ended",
    "call.failed",
    "transcript.ready",
    "analysis.completed",
    "credit.low",
    "credit.depleted",
)


@pytest.fixture(scope="module")
def events() -> Events:
    """Give the templates that come with Hookline."""
    return Events.load()


def test_all_seven_types_of_talkifai_are_there(events: Events) -> None:
    """Every event type of TalkifAI's documentation can be sent."""
    assert events.types("talkifai") == TALKIFAI


@pytest.mark.parametrize("event_type", TALKIFAI)
def test_talkifai_event_has_the_documented_envelope(events: Events, event_type: str) -> None:
    """An event has id, type, created and data, in the documented order."""
    body = msgspec.json.decode(events.make("talkifai", event_type, now=NOW).content)
    assert list(body) == ["id", "type", "created", "data"]
    assert (event_type, "2023-11-14T22:13:20Z") == (body["type"], body["created"])
    assert body["id"].startswith("evt_")


def test_every_template_makes_a_body(events: Events) -> None:
    """No template of any provider has a placeholder that cannot be filled."""
    made = [events.make(provider, kind, now=NOW) for provider in events.providers for kind in events.types(provider)]
    assert [event for event in made if b"{{" in event.content or not event.content] == []


def test_ids_are_fresh_in_each_event(events: Events) -> None:
    """Two events of one type are two events to whoever gets them."""
    first, second = (events.make("talkifai", "call.ended", now=NOW).content for _ in range(2))
    assert first != second


def test_same_placeholder_has_the_same_value_within_an_event(events: Events) -> None:
    """The call named in a recording's address is the call of the event."""
    data = msgspec.json.decode(events.make("talkifai", "call.ended", now=NOW).content)["data"]
    assert data["recordingUrl"].endswith(f"/{data['callId']}.mp3")


def test_unknown_type_names_the_nearest(events: Events) -> None:
    """A misspelt type is answered with the right one."""
    with pytest.raises(EventMistake, match=r"did you mean call\.ended"):
        events.make("talkifai", "call.end", now=NOW)


def test_unknown_provider_names_the_nearest(events: Events) -> None:
    """A misspelt provider is answered with the right one."""
    with pytest.raises(EventMistake, match="did you mean talkifai"):
        events.make("talkify", "call.end", now=NOW)


def test_changed_sets_values_as_json_or_text() -> None:
    """A value that is JSON counts as such, any other as text."""
    assert (
        changed(b'{"data":{"n":1,"s":""},"l":[0]}', ["data.n=12", "data.s=abc", "l.0=true"])
        == b'{"data":{"n":12,"s":"abc"},"l":[true]}'
    )


@pytest.mark.parametrize("change", ["data", "=1", "data.n.m=1", "l.9=1", "l.x=1", "x.y=1"])
def test_changed_refuses_what_leads_nowhere(change: str) -> None:
    """A path that is not in the body is a mistake, not a new member somewhere."""
    with pytest.raises(EventMistake, match="--set"):
        changed(b'{"data":{"n":1},"l":[0]}', [change])


def test_changed_refuses_a_body_that_is_no_json() -> None:
    """Form bodies are not changed by JSON paths."""
    with pytest.raises(EventMistake, match="JSON"):
        changed(b"a=1", ["a=2"])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'{"a":1}', b"application/json"),
        (b"[1]", b"application/json"),
        (b"a=1&b=two+words", b"application/x-www-form-urlencoded"),
        (b"", b"application/json"),
        (b"a = 1", b"application/json"),
    ],
)
def test_content_type_of_a_body_of_the_users_own(content: bytes, kind: bytes) -> None:
    """A form is told from JSON."""
    assert content_type(content) == kind
