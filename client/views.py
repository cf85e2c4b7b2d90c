"""What every front end shows: the terminal interface, the arrow lines, the local API, the commands.

Text in here may be hostile: a view makes it printable (`shared.printable`) before it reaches a terminal.
"""

from typing import Literal

import msgspec

SignatureState = Literal["valid", "invalid", "unverifiable", "unconfigured"]
"""`unverifiable`: a check was wanted and could not be made; `unconfigured`: none was asked for."""

AttemptState = Literal["pending", "answered", "failed", "interrupted"]
"""`interrupted`: the client ended before the answer did."""

AttemptKind = Literal["received", "retry", "replay", "edit", "resigned"]
"""`retry`: the provider sent the same event again; the last three are the user's own doing."""

LinkState = Literal["connecting", "online", "reconnecting", "offline", "refused"]


class SignatureView(msgspec.Struct, frozen=True):
    """A verdict in words. Holds no secret and no computed signature."""

    state: SignatureState
    scheme: str = ""
    reason: str = ""
    """A reason code such as `signature_missing`; empty when valid."""
    sentence: str = ""
    next_step: str = ""
    proven: bool = True
    checked: tuple[tuple[str, str], ...] = ()
    """Label and value, in the order to be shown."""
    ruled_out: tuple[str, ...] = ()
    searching: bool = False
    """The cause is still being looked for: the same attempt will be told of once more."""
    age_seconds: float | None = None
    """Time of receipt minus the time that the signature names, where both are known."""


class MessageView(msgspec.Struct, frozen=True):
    """A request or response without its content, which is fetched apart."""

    line: str
    """`POST /hooks HTTP/1.1` or `HTTP/1.1 200 OK`, latin-1 decoded."""
    fields: tuple[tuple[str, str], ...]
    """Wire order, case and repetition kept; latin-1 decoded."""
    content_bytes: int
    captured_bytes: int
    """Below `content_bytes` when the capture was cut; then it is never replayed."""
    content_type: str = ""


class AttemptView(msgspec.Struct, frozen=True):
    """One try to have a delivery answered."""

    number: int
    kind: AttemptKind
    state: AttemptState
    started_at: float
    """Unix seconds."""
    target: str
    """The app it went to, as `http://localhost:3000`."""
    status: int | None = None
    failure: str = ""
    """A code of the error table, such as `origin-refused`."""
    failure_detail: str = ""
    duration_seconds: float | None = None
    signature: SignatureView = SignatureView(state="unconfigured")
    request: MessageView | None = None
    response: MessageView | None = None
    clock: str = ""
    """The provider's clock in a sentence: `answered 201 in 40 ms: TalkifAI counts only 200, …`."""
    relay_seconds: float | None = None
    """From the relay's receipt of it until it began here, by two machines' clocks; None: it did not come from there."""
    connect_seconds: float | None = None
    """How long connecting to the app took; None: it was connected already."""
    first_byte_seconds: float | None = None
    """From its beginning until the app's answer began."""
    retry_at: float | None = None
    """Unix seconds when the provider will send the event again, where that is known."""
    blame: str = ""
    """Whose fault a refusal is, where signature and answer tell: `signature valid, your app refused it with 401: …`."""


class DeliverySummary(msgspec.Struct, frozen=True):
    """A row of the list: a delivery with the state of its newest attempt."""

    seq: int
    """Counts up with arrival; the cursor of lists."""
    id: str
    received_at: float
    endpoint: str
    method: str
    target: str
    provider: str
    """A scheme's id such as `talkifai`, or empty."""
    event_type: str
    event_id: str
    size_bytes: int
    signature: SignatureState
    attempts: int
    state: AttemptState
    status: int | None
    failure: str
    duration_seconds: float | None
    kind: AttemptKind = "received"
    """What the newest attempt was."""
    clock: str = ""
    healthy: bool = True
    """False when the provider does not count the newest answer as success."""
    pinned: bool = False
    """Kept by retention and by `clear`."""


class Scanned(msgspec.Struct, frozen=True):
    """How far a search has come, and what it has found since it was told last."""

    found: tuple[DeliverySummary, ...]
    """The newest first."""
    scanned: int
    """Places of the list that were looked at so far."""
    total: int
    """Places that there are to be looked at."""


class DeliveryDetail(msgspec.Struct, frozen=True):
    """A delivery with all its attempts, oldest first."""

    summary: DeliverySummary
    public_url: str
    remote: str
    attempts: tuple[AttemptView, ...]


class TunnelStatus(msgspec.Struct, frozen=True):
    """A tunnel as the relay serves it."""

    name: str
    public_urls: tuple[str, ...]
    origin: str
    """The app's address, as `http://localhost:3000`."""
    origin_state: Literal["unknown", "answering", "refused"] = "unknown"
    verify: tuple[str, ...] = ()
    """Scheme ids that are checked."""
    label: str = ""
    """What a script that opened it over the local API calls it; empty: as the endpoint."""


class Counts(msgspec.Struct, frozen=True):
    """Totals since the client started."""

    received: int = 0
    failed: int = 0
    bad_signatures: int = 0


class Status(msgspec.Struct, frozen=True):
    """The state of a running client."""

    version: str
    relay: str
    link: LinkState
    detail: str = ""
    """A sentence when there is something to say: why refused, why reconnecting."""
    round_trip_seconds: float | None = None
    retry_at: float | None = None
    """Unix seconds of the next dial while reconnecting."""
    tunnels: tuple[TunnelStatus, ...] = ()
    counts: Counts = Counts()
    history: str = ""
    """A sentence when deliveries are not being recorded as they should; empty when all is well."""
    inspect_url: str = ""
    ca_file: str = ""
    """The CA that the relay's certificate needs, for `curl --cacert`; empty: the system's are enough."""


class Change(msgspec.Struct, frozen=True):
    """One event of the feed: exactly one of the last three is set."""

    number: int
    """Counts up; `Last-Event-ID` of the event stream."""
    delivery: DeliverySummary | None = None
    status: Status | None = None
    removed: tuple[int, ...] = ()
    """`seq` of deliveries that are no longer kept."""


class Edits(msgspec.Struct, frozen=True):
    """What a replay changes; None: as it was."""

    method: str | None = None
    target: str | None = None
    fields: tuple[tuple[str, str], ...] | None = None
    content: bytes | None = None
    resign: bool = False
    to: str | None = None
    """Another app's address, for this replay only."""
