"""The product's own JSON export as types; text where the content is UTF-8, base64 where it is not."""

import base64
from typing import Self

import msgspec

from client.deliveries.export.model import CapturedExchange, CapturedResponse
from shared.http import Fields

FORM = 1
"""The version of this form, as member `hookline`."""


class JsonContent(msgspec.Struct, omit_defaults=True):
    """Content: `text`, or `base64`, or neither where it was not captured whole."""

    size: int = msgspec.field(name="bytes")
    text: str | None = None
    base64: str | None = None
    truncated: bool = False

    @classmethod
    def of(cls, content: bytes | None, length: int) -> Self:
        """Choose the member that holds the bytes exactly."""
        if content is None:
            return cls(size=length, truncated=True)
        try:
            return cls(size=len(content), text=content.decode())
        except UnicodeDecodeError:
            return cls(size=len(content), base64=base64.b64encode(content).decode())

    def to_bytes(self) -> bytes | None:
        """Give the bytes back.

        Raises:
            ValueError: `base64` is none.
        """
        if self.truncated:
            return None
        if self.base64 is not None:
            return base64.b64decode(self.base64, validate=True)
        return (self.text or "").encode()


class JsonResponse(msgspec.Struct):
    """What the app answered."""

    status: int
    reason: str
    headers: list[tuple[str, str]]
    content: JsonContent


class JsonExchange(msgspec.Struct, omit_defaults=True):
    """One request with its answer."""

    method: str
    url: str
    target: str
    headers: list[tuple[str, str]]
    content: JsonContent
    http_version: str = "1.1"
    delivery: str = ""
    attempt: int = 1
    started_at: float = 0.0
    duration_seconds: float | None = None
    response: JsonResponse | None = None
    signature_fields: list[str] = msgspec.field(default_factory=list)


class JsonFile(msgspec.Struct):
    """The whole file."""

    hookline: int
    exchanges: list[JsonExchange]

    def to_exchanges(self) -> list[CapturedExchange]:
        """Give the exchanges as they were exported.

        Raises:
            ValueError: a member does not hold what its name says.
        """
        return [_exchange(one) for one in self.exchanges]


def to_json(exchange: CapturedExchange) -> JsonExchange:
    """Give an exchange in the form of the file."""
    answer = exchange.response
    return JsonExchange(
        method=exchange.method.decode("latin-1"),
        url=exchange.url,
        target=exchange.target.decode("latin-1"),
        headers=_text(exchange.fields),
        content=JsonContent.of(exchange.content, exchange.content_bytes),
        http_version=exchange.version.decode("latin-1"),
        delivery=exchange.delivery_id,
        attempt=exchange.attempt,
        started_at=exchange.started_at,
        duration_seconds=exchange.duration_seconds,
        response=None
        if answer is None
        else JsonResponse(
            status=answer.status,
            reason=answer.reason.decode("latin-1"),
            headers=_text(answer.fields),
            content=JsonContent.of(answer.content, answer.content_bytes),
        ),
        signature_fields=sorted(name.decode("latin-1") for name in exchange.signature_fields),
    )


def _text(fields: Fields) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in fields]


def _fields(pairs: list[tuple[str, str]]) -> Fields:
    return tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in pairs)


def _exchange(one: JsonExchange) -> CapturedExchange:
    if not one.url.endswith(one.target):
        raise ValueError("`url` does not end with `target`")
    answer = one.response
    return CapturedExchange(
        method=one.method.encode("latin-1"),
        base=one.url[: len(one.url) - len(one.target)],
        target=one.target.encode("latin-1"),
        fields=_fields(one.headers),
        content=one.content.to_bytes(),
        content_bytes=one.content.size,
        version=one.http_version.encode("latin-1"),
        started_at=one.started_at,
        duration_seconds=one.duration_seconds,
        response=None
        if answer is None
        else CapturedResponse(
            status=answer.status,
            reason=answer.reason.encode("latin-1"),
            fields=_fields(answer.headers),
            content=answer.content.to_bytes(),
            content_bytes=answer.content.size,
        ),
        delivery_id=one.delivery,
        attempt=one.attempt,
        signature_fields=frozenset(name.encode("latin-1") for name in one.signature_fields),
    )
