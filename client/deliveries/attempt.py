"""An attempt: what is known of one try to have a delivery answered, while it runs and as a row."""

from collections.abc import Callable

import msgspec

from client.deliveries.capture import Capture
from client.deliveries.schema import attempt_key
from client.views import AttemptKind, AttemptState, DeliverySummary, SignatureView
from shared.exchange import Delivery
from shared.http.heads import Fields, RequestHead, ResponseHead

UNJUDGED = SignatureView(state="unconfigured")


class Facts(msgspec.Struct, frozen=True, array_like=True):
    """What a row holds that no filter reads, as one MessagePack array: fields may be added at its end."""

    request: RequestHead
    response: ResponseHead | None
    signature: SignatureView
    delivery: Delivery
    """As the relay described this attempt: its own id, time and address, also where it was grouped under another."""
    app: str
    """The app it went to, as `http://localhost:3000`."""
    detail: str
    clock: str
    healthy: bool
    trailers: Fields = ()
    """The request's, kept for its replay."""
    connect_seconds: float | None = None
    first_byte_seconds: float | None = None
    retry_at: float | None = None


class Attempt(msgspec.Struct, eq=False, kw_only=True):
    """An attempt on its way; `seq` and `number` are given when its row is first written."""

    delivery: Delivery
    head: RequestHead
    kind: AttemptKind
    started_at: float
    app: str
    request: Capture
    response: Capture
    state: AttemptState = "pending"
    answer: ResponseHead | None = None
    failure: str = ""
    detail: str = ""
    duration_seconds: float | None = None
    judged: bool = False
    signature: SignatureView = UNJUDGED
    provider: str = ""
    event_type: str = ""
    event_id: str = ""
    clock: str = ""
    healthy: bool = True
    seq: int = 0
    """0: no place yet."""
    number: int = 0
    written: int = 0
    """The generation of the file in which its row is committed; 0: none."""
    ordinal: int = 1
    """Which of the provider's own attempts it is; replays do not count."""
    listed_at: float | None = None
    """Unix seconds, where the list has another time than the delivery: of what was imported, when that was."""
    connect_seconds: float | None = None
    """How long connecting to the app took; None: it was connected already."""
    first_byte_seconds: float | None = None
    """From its beginning until the app's answer began."""
    retry_at: float | None = None
    """Unix seconds when the provider will send the event again, where that is known."""
    judge: Callable[["Attempt"], None] | None = None
    """Finds the verdict before the attempt gets its place, and takes note when it has ended."""
    tell: Callable[["Attempt"], None] | None = None
    """Completes `clock` and `healthy` when the attempt has ended and has its place."""
    queued: bool = False
    """It waits for the next commit."""
    landed: int = 0
    """The number of its record in the landing file; 0: it has none."""
    doubted: bool = False
    """Its verdict was handed on to have its cause found. Once is enough."""

    def conclude(self) -> None:
        """Have the verdict found if the attempt has ended; once."""
        judge = self.judge
        if judge is not None and self.state != "pending":
            self.judge = None
            judge(self)

    def recognise(self) -> None:
        """Have the verdict found before the end, where the request is here: its event says which delivery it joins."""
        if self.judge is not None and self.request.whole and not self.request.parts_bytes:
            self.judge(self)

    def was_written(self, generation: int) -> None:
        """Know that its rows are committed, in the file of this generation."""
        self.written = generation
        self.queued = False
        self.request.settled()
        self.response.settled()

    @property
    def key(self) -> int:
        """The key of its row."""
        return attempt_key(self.seq, self.number)

    @property
    def status(self) -> int | None:
        """The answer's status code, or None."""
        return None if self.answer is None else self.answer.status


ATTEMPT_COLUMNS = 14
DELIVERY_COLUMNS = 20

Row = tuple[str | int | float | bytes | None, ...]
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Facts).decode

DAMAGED = "damaged-record"
DAMAGE = "the history file is damaged where this was kept: what is missing here is lost"

LOST = Facts(
    RequestHead(b"", b"", ()),
    None,
    SignatureView(state="unverifiable", sentence=DAMAGE),
    Delivery("", 0, "", 0.0, "", ""),
    "",
    DAMAGE,
    "",
    healthy=False,
)
"""What is known of an attempt whose facts cannot be read."""


def decode_facts(data: bytes) -> Facts:
    """Give the facts that `encoded` wrote; of a damaged record, `LOST`."""
    try:
        return _decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, TypeError):
        return LOST


def encoded(facts: Facts) -> bytes:
    """Give the facts as bytes. A verdict may quote the request: what is no text in it becomes a question mark."""
    try:
        return _encode(facts)
    except UnicodeEncodeError:
        return _encode(msgspec.structs.replace(facts, signature=_as_text(facts.signature), detail=plain(facts.detail)))


def plain(text: str) -> str:
    """Give text with a question mark for each lone surrogate: those are in no encoding."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _as_text(view: SignatureView) -> SignatureView:
    return msgspec.structs.replace(
        view,
        sentence=plain(view.sentence),
        next_step=plain(view.next_step),
        checked=tuple((plain(label), plain(value)) for label, value in view.checked),
        ruled_out=tuple(map(plain, view.ruled_out)),
    )


def attempt_row(attempt: Attempt) -> Row:
    """Give the row of table `attempts`, in the order of its columns."""
    answer = attempt.answer
    request = attempt.request
    response = attempt.response
    facts = Facts(
        attempt.head,
        answer,
        attempt.signature,
        attempt.delivery,
        attempt.app,
        attempt.detail,
        attempt.clock,
        attempt.healthy,
        request.trailers,
        attempt.connect_seconds,
        attempt.first_byte_seconds,
        attempt.retry_at,
    )
    return (
        attempt.key,
        attempt.kind,
        attempt.state,
        attempt.started_at,
        None if answer is None else answer.status,
        attempt.failure,
        attempt.duration_seconds,
        encoded(facts),
        request.total_bytes,
        request.captured_bytes,
        request.inline,
        response.total_bytes,
        response.captured_bytes,
        response.inline,
    )


def summary_of(attempt: Attempt) -> DeliverySummary:
    """Give the list's row of a delivery that consists of this attempt alone."""
    delivery = attempt.delivery
    answer = attempt.answer
    return DeliverySummary(
        attempt.seq,
        delivery.id,
        delivery.received_at if attempt.listed_at is None else attempt.listed_at,
        delivery.endpoint,
        attempt.head.method.decode("latin-1"),
        attempt.head.target.decode("latin-1"),
        attempt.provider,
        attempt.event_type,
        attempt.event_id,
        attempt.request.total_bytes,
        attempt.signature.state,
        attempt.number,
        attempt.state,
        None if answer is None else answer.status,
        attempt.failure,
        attempt.duration_seconds,
        attempt.kind,
        attempt.clock,
        attempt.healthy,
    )


delivery_row = msgspec.structs.astuple
"""Gives the row of table `deliveries`: its columns are the summary's fields, in their order."""
