"""A captured exchange as a value: what exporters write, importers read and verification judges."""

from typing import Literal

import msgspec

from shared.http import Fields

Format = Literal["curl", "httpie", "raw", "har", "json", "pytest", "python"]
FORMATS: tuple[Format, ...] = ("curl", "httpie", "raw", "har", "json", "pytest", "python")


class CapturedResponse(msgspec.Struct, frozen=True, kw_only=True):
    """What the app answered."""

    status: int
    reason: bytes = b""
    fields: Fields = ()
    content: bytes | None = b""
    """None: not captured whole."""
    content_bytes: int = 0
    """The whole length, also where `content` is None."""


class CapturedExchange(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it was received, with the answer where there was one."""

    method: bytes
    base: str
    """What stands before the target in the public URL, as `https://demo.example.com` or `https://example.com/t/demo`."""
    target: bytes
    """The request target as received, beginning with `/`."""
    fields: Fields
    content: bytes | None = b""
    """None: not captured whole; such an exchange is never exported as something that can be sent."""
    content_bytes: int = 0
    """The whole length, also where `content` is None."""
    version: bytes = b"1.1"
    started_at: float = 0.0
    """Unix seconds; 0: unknown."""
    duration_seconds: float | None = None
    response: CapturedResponse | None = None
    delivery_id: str = ""
    attempt: int = 1
    signature_fields: frozenset[bytes] = frozenset()
    """Lower-case names of fields that carry the signature, beyond those that are known by their name."""

    @property
    def url(self) -> str:
        """The full public URL, latin-1 decoded: what the sender called and what some schemes sign."""
        return self.base + self.target.decode("latin-1")


class Exported(msgspec.Struct, frozen=True):
    """An exported file."""

    data: bytes
    media_type: str
    suffix: str
    """For a file name, as `.har`."""
    redacted: tuple[str, ...] = ()
    """What was replaced by a placeholder, as `field authorization` or `query parameter token`."""
