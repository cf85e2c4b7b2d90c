"""What the public door allows its senders."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Sizes; what exceeds them is refused."""

    head_bytes: int = 65536
    """A request's whole header section with its request line."""
    line_bytes: int = 8192
    """The request target, or one field."""
    fields: int = 100
    """How many fields a request may have."""
    content_bytes: int | None = None
    """The longest content of a request; None: any length."""
    window_bytes: int = 262144
    """How much content of a request waits for the endpoint to take it, before the sender is stopped."""
    whole_bytes: int = 65536
    """Content declared no longer than this is waited for before the endpoint is asked."""
    least_bytes_per_second: int = 1024
    """How fast the content of a request must come on average, after a time of grace (see `Patience`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long the door waits, in seconds, in each phase of a connection."""

    head: float = 15.0
    """From the first byte of a request (or from the connection's beginning) to the end of its header section."""
    body: float = 30.0
    """For some progress of the request's content, in the sender's own time: that in which nobody kept it waiting."""
    grace: float = 10.0
    """The same, for the content as a whole, beside what it may take at `Limits.least_bytes_per_second`."""
    upload: float = 6 * 3600.0
    """The same, for the content as a whole, however fast it comes."""
    first_byte: float | None = 300.0
    """From the whole head to the answer's head; None: for ever."""
    write: float = 30.0
    """For some progress of the answer, while the sender does not read it."""
    idle: float = 75.0
    """For the next request on a kept connection."""
    total: float | None = None
    """For a whole exchange; None: for ever, as event streams need it."""
    linger: float = 5.0
    """After an early answer: how long the rest of the request is still read and thrown away."""
    presence: float = 15.0
    """Between two looks whether a sender that ended its half of the connection still waits for its answer."""
    handshake: float = 10.0
    """For the TLS handshake."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """How the public door behaves."""

    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    connections: int = 20000
    """How many connections may be open, from accepting them on; more are refused."""
    connections_per_address: int = 1000
    """The same for one sender's address; trusted proxies are not counted."""
    uploads_per_address: int = 128
    """Of one sender: how many exchanges may be under way whose request is still coming; a link carries 512 in all."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Peers whose forwarding fields are believed."""
