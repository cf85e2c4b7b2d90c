"""HAR 1.2 files that other tools open and that come in again unchanged."""

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import msgspec

from client.deliveries.export.har_model import (
    Creator,
    HarContent,
    HarEntry,
    HarFile,
    HarLog,
    HarRequest,
    HarResponse,
    Marks,
    Pair,
    PostData,
    Timings,
)
from client.deliveries.export.json_text import to_json_text
from client.deliveries.export.model import CapturedExchange, CapturedResponse
from shared.http import Fields, every, first

_CUT = "not captured whole: longer than what is kept of a content"


def to_har(exchanges: Sequence[CapturedExchange], *, version: str) -> bytes:
    """Give the file. Octets are written as latin-1 text; content that is no UTF-8 stands in base64 beside.

    Args:
        exchanges: in the order of the file.
        version: of this program, for the file's `creator`.
    """
    log = HarLog(creator=Creator("hookline", version), entries=[_entry(one) for one in exchanges])
    return to_json_text(HarFile(log))


def _entry(exchange: CapturedExchange) -> HarEntry:
    milliseconds = (exchange.duration_seconds or 0) * 1000
    cut = exchange.content is None or (exchange.response is not None and exchange.response.content is None)
    return HarEntry(
        started=datetime.fromtimestamp(exchange.started_at, UTC).isoformat(timespec="milliseconds"),
        time=milliseconds,
        request=_request(exchange),
        response=_response(exchange.response),
        timings=Timings(wait=milliseconds),
        comment=_CUT if cut else msgspec.UNSET,
        marks=_marks(exchange),
    )


def _marks(exchange: CapturedExchange) -> Marks:
    return Marks(
        base=exchange.base,
        target=_text(exchange.target),
        version=_text(exchange.version),
        started_at=exchange.started_at,
        duration_seconds=exchange.duration_seconds,
        delivery=exchange.delivery_id,
        attempt=exchange.attempt,
        signature_fields=sorted(_text(name) for name in exchange.signature_fields),
    )


def _text(octets: bytes) -> str:
    return octets.decode("latin-1")


def _pairs(fields: Fields) -> list[Pair]:
    return [Pair(_text(name), _text(value)) for name, value in fields]


def _request(exchange: CapturedExchange) -> HarRequest:
    query = exchange.target.partition(b"?")[2].decode("latin-1")
    return HarRequest(
        method=_text(exchange.method),
        url=exchange.url,
        http_version=f"HTTP/{_text(exchange.version)}",
        cookies=_cookies(every(exchange.fields, b"cookie")),
        headers=_pairs(exchange.fields),
        query=[Pair(name, value) for name, value in parse_qsl(query, keep_blank_values=True, errors="replace")],
        post_data=_post_data(exchange),
        body_size=exchange.content_bytes if exchange.content is None else len(exchange.content),
    )


def _post_data(exchange: CapturedExchange) -> PostData | msgspec.UnsetType:
    content = exchange.content
    if not content:
        return msgspec.UNSET
    mime_type = _text(first(exchange.fields, b"content-type") or b"")
    try:
        return PostData(mime_type, content.decode())
    except UnicodeDecodeError:
        return PostData(mime_type, content.decode(errors="replace"), base64=base64.b64encode(content).decode())


def _cookies(values: list[bytes]) -> list[Pair]:
    parts = [part.strip().partition(b"=") for value in values for part in value.split(b";") if part.strip()]
    return [Pair(_text(name), _text(value)) for name, _, value in parts]


def _response(answer: CapturedResponse | None) -> HarResponse:
    if answer is None:
        return HarResponse(status=0)
    set_cookies = [value.partition(b";")[0] for value in every(answer.fields, b"set-cookie")]
    return HarResponse(
        status=answer.status,
        status_text=_text(answer.reason),
        cookies=_cookies(set_cookies),
        headers=_pairs(answer.fields),
        content=_content(answer),
        redirect_url=_text(first(answer.fields, b"location") or b""),
        body_size=answer.content_bytes if answer.content is None else len(answer.content),
    )


def _content(answer: CapturedResponse) -> HarContent:
    mime_type = _text(first(answer.fields, b"content-type") or b"")
    if answer.content is None:
        return HarContent(size=answer.content_bytes, mime_type=mime_type, comment=_CUT)
    try:
        return HarContent(size=len(answer.content), mime_type=mime_type, text=answer.content.decode())
    except UnicodeDecodeError:
        encoded = base64.b64encode(answer.content).decode()
        return HarContent(size=len(answer.content), mime_type=mime_type, text=encoded, encoding="base64")
