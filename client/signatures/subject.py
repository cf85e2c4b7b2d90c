"""What a signature check is about: one request as its sender made it."""

import msgspec

from shared.exchange import Delivery
from shared.http.heads import Fields, RequestHead


class Subject(msgspec.Struct, frozen=True):
    """A request exactly as it was received, with the time of its receipt."""

    method: bytes
    url: str
    """The full public URL as the sender used it."""
    fields: Fields
    content: bytes | None
    """None: not captured whole, so nothing that signs it can be checked."""
    received_at: float | None
    """Unix seconds on the relay's clock; None: not known, then no time window is judged."""
    target: str = ""
    """The target as the app sees it, which rules match their path against; empty: the URL's own path."""

    @classmethod
    def of(cls, head: RequestHead, delivery: Delivery, content: bytes | None) -> "Subject":
        """Make the subject of a delivery's check from what the link brought."""
        target = head.target.decode("latin-1")
        return cls(head.method, delivery.public_url + target, head.fields, content, delivery.received_at, target)

    @property
    def path(self) -> str:
        """Give the path that rules match, without query."""
        target = self.target
        if not target:
            _, found, rest = self.url.partition("://")
            target = "/" + rest.partition("/")[2] if found else self.url
        return target.partition("?")[0]
