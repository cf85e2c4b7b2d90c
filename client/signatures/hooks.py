"""Makes up the parts of a signed text that the templates' grammar cannot say."""

from collections.abc import Callable
from urllib.parse import quote

from client.signatures.reading import JsonPath, Reading

_Render = Callable[[Reading, bytes], bytes | None]

_NOTIFICATION = ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type")
_CONFIRMATION = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_PATHS = {name: JsonPath(name) for name in {*_NOTIFICATION, *_CONFIRMATION}}
_OPTIONAL = {"Subject"}


def _sns(_argument: str) -> _Render:
    """Make up Amazon SNS's canonical text: keys and values, a line each, of a list that the message's type decides.

    Source: docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
    """

    def render(reading: Reading, _key: bytes) -> bytes | None:
        kind = reading.json(_PATHS["Type"])
        lines: list[bytes] = []
        for name in _NOTIFICATION if kind == b"Notification" else _CONFIRMATION:
            value = reading.json(_PATHS[name])
            if value is not None:
                lines += [name.encode(), value]
            elif name not in _OPTIONAL:
                return None
        return b"\n".join(lines) + b"\n"

    return render


def _named_fields(reading: Reading, names: bytes, separator: bytes) -> list[tuple[bytes, bytes]] | None:
    """Give the fields that a list names, lower-cased and trimmed; None: one of them is absent."""
    found = []
    for name in names.split(separator):
        lower = name.strip().lower()
        if not lower:
            continue
        value = reading.header(lower)
        if value is None:
            return None
        found.append((lower, value.strip()))
    return found


def _contentful(argument: str) -> _Render:
    """Make up Contentful's list of signed headers: `name:value` sorted by name, joined with `;`.

    Source: github.com/contentful/node-apps-toolkit, src/requests
    """
    lister = argument.lower().encode()

    def render(reading: Reading, _key: bytes) -> bytes | None:
        fields = _named_fields(reading, reading.header(lister) or b"", b",")
        return None if fields is None else b";".join(name + b":" + value for name, value in sorted(fields))

    return render


def _hook0(_argument: str) -> _Render:
    """Make up Hook0's signed headers: the values of the headers that `h=` names, in its order, joined with dots.

    Source: github.com/hook0/hook0, clients/rust/src/signature.rs
    """

    def render(reading: Reading, _key: bytes) -> bytes | None:
        fields = _named_fields(reading, reading.bound.get("h", b""), b" ")
        return None if fields is None else b".".join(value for _, value in fields)

    return render


def contentful_path(path: bytes) -> bytes:
    """Encode a path as Contentful's library does: the query is escaped, then all of it once more."""
    pathname, *rest = path.split(b"?")
    query = quote(rest[0], safe="-_.!~*'()") if rest else ""
    return quote(pathname + (b"?" + query.encode() if query else b""), safe=";,/?:@&=+$-_.!~*'()#").encode()


HOOKS: dict[str, Callable[[str], _Render]] = {
    "sns": _sns,
    "signed_headers": _contentful,
    "hook0_headers": _hook0,
}
