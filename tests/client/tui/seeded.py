"""A fixed set of deliveries that shows every state once: for pictures, and for looking at the screens by hand."""

import json

import msgspec

from client.views import Counts, SignatureView
from tests.client.tui.fake import BEGAN, ONLINE, FakeInspector, contents, delivery

VALID = SignatureView(
    state="valid",
    scheme="talkifai",
    sentence="The signature is the HMAC-SHA256 of exactly these bytes, made with the secret from env:TALKIFAI_SECRET.",
    checked=(
        ("header", "X-TalkifAI-Signature: present, sha256= and 64 hex digits"),
        ("signed", "the raw body, 412 bytes"),
        ("secret", "env:TALKIFAI_SECRET"),
        ("algorithm", "HMAC-SHA256, hex"),
    ),
)
FORGED = SignatureView(
    state="invalid",
    scheme="talkifai",
    reason="signature_mismatch",
    sentence="The signature was not made over these bytes with the secret from env:TALKIFAI_SECRET.",
    next_step="compare the secret in Studio → Settings → Webhooks with TALKIFAI_SECRET; every webhook has its own.",
    proven=False,
    checked=(
        ("header", "X-TalkifAI-Signature: present, sha256= and 64 hex digits"),
        ("signed", "the raw body, 412 bytes"),
        ("secret", "env:TALKIFAI_SECRET"),
        ("received", "5257a869e7ec…6b, 64 characters"),
    ),
    ruled_out=("header missing or malformed", "prefix missing", "empty secret", "body changed on the way"),
)
MISSING = SignatureView(state="unconfigured")


def event(seq: int, kind: str, **data: object) -> bytes:
    """Give an event's content as TalkifAI lays it out."""
    envelope = {"id": f"evt_{seq:06d}", "type": kind, "created": "2026-11-24T10:34:05Z", "data": data}
    return json.dumps(envelope, separators=(",", ":")).encode()


_CALL = {
    "callId": "call_xyz",
    "agentId": "agent_abc",
    "duration": 245,
    "status": "completed",
    "endReason": "user_hangup",
    "recordingUrl": "https://storage.talkifai.dev/recordings/call_xyz.mp3",
    "cost": {"amount": 1.5, "currency": "usd", "free": False, "coupon": None},
}
_RETRY = "TalkifAI counts only 200, it will retry in 30 s (1 of 3)"
_ROWS: tuple[tuple[str, int | None, str, SignatureView, str], ...] = (
    ("call.started", 200, "", VALID, ""),
    ("call.ended", 200, "", VALID, ""),
    ("transcript.ready", 200, "", VALID, ""),
    ("analysis.completed", 500, "", VALID, f"answered 500 in 38 ms: {_RETRY}"),
    ("credit.low", 201, "", VALID, f"answered 201 in 38 ms: {_RETRY}"),
    ("call.started", 200, "", VALID, ""),
    ("call.ended", 401, "", FORGED, f"answered 401 in 38 ms: {_RETRY}"),
    ("call.failed", None, "origin-refused", VALID, f"no answer from the app (origin-refused): {_RETRY}"),
    ("transcript.ready", 200, "", VALID, ""),
    ("", 404, "", MISSING, ""),
    ("call.ended", None, "origin-timeout", VALID, "no answer within 10 s: TalkifAI gave up"),
    ("credit.depleted", 200, "", VALID, ""),
)


def seeded(rounds: int = 4) -> FakeInspector:
    """Give a client with deliveries of every kind."""
    fake = FakeInspector()
    for seq in range(1, rounds * len(_ROWS) + 1):
        _put(fake, seq, *_ROWS[(seq - 1) % len(_ROWS)])
    fake.now = msgspec.structs.replace(ONLINE, counts=Counts(received=1204, failed=24, bad_signatures=3))
    return fake


def _put(
    fake: FakeInspector, seq: int, kind: str, status: int | None, failure: str, verdict: SignatureView, clock: str
) -> None:
    body = event(seq, kind or "order.created", **_CALL)
    answer = b'{"received":true}' if status == 200 else b'{"error":"amount must be positive"}' if status else b""
    clock = clock or ("answered in 38 ms of 10 s" if kind else "")
    more = [(f"X-Request-Detail-{number}", f"value {number}") for number in range(1, 7)]
    one = delivery(
        seq,
        event_type=kind,
        status=status,
        failure=failure,
        failure_detail="tried 127.0.0.1:3000 refused · [::1]:3000 refused" if failure == "origin-refused" else "",
        signature=verdict,
        body=body,
        answer=answer,
        target="/hooks/talkifai" if kind else "/orders?ref=42",
        provider="talkifai" if kind else "",
        clock=clock,
        healthy=status == 200,
        fields=(("User-Agent", "TalkifAI-Webhooks/1.0"), ("Accept", "*/*"), ("Content-Length", str(len(body))), *more),
    )
    attempts = tuple(msgspec.structs.replace(attempt, clock=clock) for attempt in one.attempts)
    fake.put(msgspec.structs.replace(one, attempts=attempts), contents(body, answer))


__all__ = ["BEGAN", "event", "seeded"]
