"""Takes out of an exchange what should not be in a file that is passed around: keys, cookies, signatures."""

import re
from urllib.parse import unquote_to_bytes

import msgspec

from client.deliveries.export.model import CapturedExchange, CapturedResponse
from shared.http import Fields

PLACEHOLDER = b"REDACTED"

_FIELDS = frozenset({b"authorization", b"proxy-authorization", b"cookie", b"set-cookie"})
_PARTS = re.compile(
    rb"signature|token|secret|passw|api[-_]?key|hmac|[-_]sig$|[-_]auth$|authorization|credential|session"
    rb"|(?<!idempotency)(?<!x-event)(?<!surrogate)(?<!sec-websocket)[-_]key$|jwt|assertion|oidc|bearer|dpop|client-cert"
)
"""What in a name says that the value is a key or a proof: `X-Gitlab-Token`, `X-Shopify-Hmac-Sha256`, `X-Functions-Key`.

Keys that open nothing are kept: `Idempotency-Key` (an app that is replayed to needs it), Bitbucket's `X-Event-Key`,
Fastly's `Surrogate-Key`, `Sec-WebSocket-Key`.
"""
_PARAMETERS = frozenset({b"sig", b"key", b"auth", b"pass", b"pwd", b"jwt", b"hash", b"code"})
_PARAMETER = re.compile(rb"([?&;])([^=&;#]*)=([^&;#]*)")


def is_secret(name: bytes, more: frozenset[bytes] = frozenset()) -> bool:
    """Say whether the value of a field called `name` is kept out of exports; `more`: further lower-case names."""
    lower = name.lower()
    return lower in _FIELDS or lower in more or _PARTS.search(lower) is not None


def redacted(exchange: CapturedExchange) -> tuple[CapturedExchange, tuple[str, ...]]:
    """Give the exchange with placeholders, and what they stand for: `field authorization`, `query parameter token`."""
    names: dict[str, None] = {}
    fields = _fields(exchange.fields, exchange.signature_fields, names)
    answer = exchange.response
    if answer is not None:
        answer = msgspec.structs.replace(answer, fields=_answer_fields(answer, exchange, names))
    changed = msgspec.structs.replace(
        exchange,
        fields=fields,
        target=_target(exchange.target, names),
        response=answer,
        base=_base(exchange.base, names),
    )
    return changed, tuple(names)


def _fields(fields: Fields, more: frozenset[bytes], names: dict[str, None]) -> Fields:
    kept: list[tuple[bytes, bytes]] = []
    for name, value in fields:
        if is_secret(name, more):
            names[f"field {name.decode('latin-1').lower()}"] = None
            kept.append((name, PLACEHOLDER))
        else:
            kept.append((name, value))
    return tuple(kept)


def _answer_fields(answer: CapturedResponse, exchange: CapturedExchange, names: dict[str, None]) -> Fields:
    return _fields(answer.fields, exchange.signature_fields, names)


def _target(target: bytes, names: dict[str, None]) -> bytes:
    path, mark, query = target.partition(b"?")

    def hide(match: re.Match[bytes]) -> bytes:
        name = match[2]
        lower = unquote_to_bytes(name).lower()
        if not match[3] or not (lower in _PARAMETERS or _PARTS.search(lower)):
            return match[0]
        names[f"query parameter {name.decode('latin-1')}"] = None
        return match[1] + name + b"=" + PLACEHOLDER

    return path + _PARAMETER.sub(hide, mark + query)


def _base(base: str, names: dict[str, None]) -> str:
    scheme, mark, rest = base.partition("://")
    userinfo, at, host = rest.rpartition("@")
    if not at or not userinfo:
        return base
    names["user and password in the URL"] = None
    return f"{scheme}{mark}{host}"
