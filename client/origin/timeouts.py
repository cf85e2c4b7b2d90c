"""How long the app may take, phase by phase."""

from dataclasses import dataclass

HEED = 0.5
"""Of the time for which an app says that it keeps a connection, this share is used."""


@dataclass(frozen=True, slots=True)
class OriginTimeouts:
    """The deadlines of an exchange with the app, in seconds. An answer that goes on may take as long as it likes."""

    connect_seconds: float = 5.0
    """Until a connection stands, TLS included."""
    first_byte_seconds: float = 30.0
    """From the request's last progress to the head of the answer; how long its content may be silent follows."""
    kept_seconds: float = 1.5
    """How long an unused connection is kept: below every usual server's own limit (gunicorn closes after 2 s)."""
    linger_seconds: float = 10.0
    """How long an upload whose answer is complete may stand still before it is cut off."""
