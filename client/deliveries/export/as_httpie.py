"""An HTTPie line (HTTPie 3). It sends the same content and fields; the URL is normalised by HTTPie's library."""

import re

from client.deliveries.export.errors import ExportRefused
from client.deliveries.export.model import CapturedExchange
from client.deliveries.export.quoting import plain, printed, quoted
from shared.http import first, without
from shared.printable import printable_line

_OWN = frozenset({b"content-length", b"transfer-encoding"})
_HTTPIE_ADDS = (b"Accept", b"Accept-Encoding", b"User-Agent", b"Content-Type")
_UNSAYABLE = re.compile(r"\\[:=@;\\]")
"""HTTPie's items have no way to write a backslash before one of its separators."""


def to_httpie(exchange: CapturedExchange) -> str:
    """Give the command.

    Raises:
        ExportRefused: a field's value cannot be written as an item of HTTPie.
    """
    content = exchange.content or b""
    text = plain(content)
    before, options = "", ["--ignore-stdin"]
    if content and text is None:
        before, options = f"{printed(content)} | ", []
    elif content:
        options.append(f"--raw {quoted(text or '')}")
    method = exchange.method.decode("latin-1")
    lines = [f"http {' '.join(options)} --path-as-is {quoted(method)} {quoted(_url(exchange))}"]
    lines.extend(quoted(item) for item in _items(exchange))
    return before + " \\\n  ".join(lines) + "\n"


def _url(exchange: CapturedExchange) -> str:
    """Give the URL in printable characters: HTTPie takes text, so other octets are percent-encoded."""
    return exchange.base + re.sub(rb"[^!-~]", lambda match: b"%%%02X" % match[0][0], exchange.target).decode("ascii")


def _items(exchange: CapturedExchange) -> list[str]:
    items = [_item(name, value) for name, value in without(exchange.fields, _OWN)]
    items.extend(f"{name.decode()}:" for name in _HTTPIE_ADDS if first(exchange.fields, name.lower()) is None)
    return items


def _item(name: bytes, value: bytes) -> str:
    shown = name.decode("latin-1")
    if not value:
        return f"{shown};"
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        raise ExportRefused(f"HTTPie cannot send the field {shown}: it is not UTF-8. Export as curl instead") from error
    if printable_line(text) != text or _UNSAYABLE.search(text):
        raise ExportRefused(f"HTTPie has no way to write the field {shown}. Export as curl instead")
    return f"{shown}:{re.sub(r'^[=@:]', lambda match: chr(92) + match[0], text)}"
