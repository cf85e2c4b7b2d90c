"""What the two ends say about the link itself, as MessagePack arrays: elements may be added at the end."""

import msgspec

from shared.protocol.codes import LINK_WINDOW_BYTES, STREAM_WINDOW_BYTES, STREAMS


class Wanted(msgspec.Struct, frozen=True, array_like=True):
    """An endpoint that the client asks for."""

    name: str
    """Empty: the relay chooses."""
    pool: bool = False
    """True: share the endpoint's deliveries with other links of the same owner instead of superseding them."""


class Granted(msgspec.Struct, frozen=True, array_like=True):
    """An endpoint as the relay serves it."""

    name: str
    urls: tuple[str, ...]
    """Public URLs, the one to show first."""


class Limits(msgspec.Struct, frozen=True, array_like=True):
    """What the relay allows on a link."""

    streams: int = STREAMS
    stream_window_bytes: int = STREAM_WINDOW_BYTES
    link_window_bytes: int = LINK_WINDOW_BYTES


class Resume(msgspec.Struct, frozen=True, array_like=True):
    """Which link the client wants to go on with, over the transport on which it says so."""

    link_id: str
    key: str
    """What WELCOME gave: only the client of that link knows it."""
    received: int
    """Numbered messages that the client has."""


class Hello(msgspec.Struct, frozen=True, array_like=True):
    """HELLO: the client's first frame."""

    product: str
    """Name and version, for the operator's eyes."""
    capabilities: tuple[str, ...]
    endpoints: tuple[Wanted, ...]
    resume: Resume | None = None


class Welcome(msgspec.Struct, frozen=True, array_like=True):
    """WELCOME: the relay's answer to HELLO."""

    product: str
    link_id: str
    limits: Limits
    endpoints: tuple[Granted, ...]
    resume_key: str = ""
    resume_seconds: float = 0.0
    """How long the relay keeps the link without a transport."""
    received: int | None = None
    """Numbered messages that the relay has of the link that goes on; None: this is a new link."""


class Bind(msgspec.Struct, frozen=True, array_like=True):
    """BIND: the client asks for one more endpoint."""

    endpoint: Wanted


class Unbind(msgspec.Struct, frozen=True, array_like=True):
    """UNBIND: the client gives an endpoint back."""

    name: str


class Bound(msgspec.Struct, frozen=True, array_like=True):
    """BOUND: the relay granted one more endpoint."""

    endpoint: Granted


class Refused(msgspec.Struct, frozen=True, array_like=True):
    """REFUSED: an endpoint, or the whole link when `name` is empty, is not granted."""

    name: str
    code: str
    sentence: str
    final: bool
    """True: asking again cannot help."""


class GoAway(msgspec.Struct, frozen=True, array_like=True):
    """GOAWAY: the sender of this takes no new streams; running ones may finish within the grace."""

    code: int
    sentence: str
    reconnect_to: str = ""
    grace_seconds: float = 0.0


class Notice(msgspec.Struct, frozen=True, array_like=True):
    """NOTICE: what the relay's operator wants the user to read."""

    level: str
    text: str


class Reset(msgspec.Struct, frozen=True, array_like=True):
    """RESET: the stream ends here, both ways."""

    code: int
    detail: str = ""
    failure: str = ""
    """The code of the error table, where there is one."""
    delivered: str = "unknown"
