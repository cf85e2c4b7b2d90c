"""What a running relay tells its operator."""

import msgspec


class EndpointStatus(msgspec.Struct, frozen=True):
    """One endpoint name."""

    name: str
    owner: str
    """The name of its owner's token."""
    links: int
    """How many clients serve it now; 0: offline."""
    urls: tuple[str, ...]


class RelayStatus(msgspec.Struct, frozen=True):
    """The relay as a whole."""

    version: str
    pid: int
    url: str
    listen: tuple[str, ...]
    """Addresses with their real ports."""
    started_at: float
    """Unix seconds."""
    draining: bool
    certificate_ends_at: str | None
    """RFC 3339; None without TLS."""
    endpoints: tuple[EndpointStatus, ...]
    overloaded: bool = False
    """It has too little memory for new deliveries."""
