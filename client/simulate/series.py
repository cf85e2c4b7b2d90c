"""The demo's series: what TalkifAI sends in a day, with what goes wrong in one."""

import secrets

from client.simulate.events import Event, Events, NewText
from client.simulate.sender import Step

WEBHOOK_PATH = "/webhooks/talkifai"
"""Signed events: what a rule checks."""

FUNCTION_PATH = "/functions/find-appointment"
"""An agent's custom function. Its documentation names no signature for these calls, so none is made up here."""

RECORDING_PATH = "/recordings"

FAILS_FIRST = "call.failed"
"""The sample app answers 500 the first time it gets one of these, and the sender retries."""

SLOW = "analysis.completed"
"""The sample app takes its time with these."""


def series(events: Events, *, now: float, new_text: NewText = secrets.token_hex) -> list[Step]:
    """Give the demo's steps, in the order in which they are sent.

    Args:
        events: the templates.
        now: Unix seconds that the events are to name.
        new_text: where ids come from.
    """

    def event(event_type: str) -> Event:
        return events.make("talkifai", event_type, now=now, new_text=new_text)

    def step(event_type: str, label: str) -> Step:
        return Step(label, event(event_type), WEBHOOK_PATH)

    return [
        step("call.started", "a call begins"),
        Step("the agent asks your app during the call", _function(), FUNCTION_PATH, signing="none", retries=False),
        step("call.ended", "the call ends"),
        step("transcript.ready", "its transcript is ready"),
        step(SLOW, "your app is slow to answer"),
        Step("a forgery: signed with another secret", event("call.ended"), WEBHOOK_PATH, "forged", (401,)),
        step(FAILS_FIRST, "your app fails once and the event comes again"),
        Step("a recording: bytes that are no text", _recording(), RECORDING_PATH, signing="none", retries=False),
        step("credit.low", "credit runs low"),
        step("credit.depleted", "credit is used up"),
    ]


def _function() -> Event:
    fields = ((b"Content-Type", b"application/json"), (b"User-Agent", b"talkifai (test event)"))
    content = b'{"name":"find-appointment","arguments":{"day":"Thursday","after":"16:00"}}'
    return Event("talkifai", "", fields, content)


def _recording() -> Event:
    """Give the beginning of an MP3 file: a frame header (MPEG-1 layer III, 128 kbit/s, 44.1 kHz), then every byte."""
    fields = ((b"Content-Type", b"audio/mpeg"), (b"User-Agent", b"talkifai (test event)"))
    return Event("talkifai", "", fields, b"\xff\xfb\x90\x00" + bytes(range(256)) * 2)
