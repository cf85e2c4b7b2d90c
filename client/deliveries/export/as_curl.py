"""A cURL line that sends the same bytes again (RFC 9112 message, curl 7.55 or newer)."""

import re

from client.deliveries.export.model import CapturedExchange
from client.deliveries.export.quoting import plain, printed, quoted, word
from shared.http import Fields, first, without

_OWN = frozenset({b"content-length", b"transfer-encoding"})
"""What curl writes itself, from the content."""
_CURL_ADDS = ((b"user-agent", "User-Agent"), (b"accept", "Accept"))
_EXACT_TARGET = re.compile(rb"/[A-Za-z0-9\-._~!$&'()*+,;=:@%/\[\]{}]*(?:\?[A-Za-z0-9\-._~!$&'()*+,;=:@%/?\[\]{}]+)?")
"""Targets that curl sends as written, with `--path-as-is` and `--globoff`."""
_EXPECT_FROM_BYTES = 1024
"""From this size on some versions of curl ask for `100 Continue` first."""


def to_curl(exchange: CapturedExchange) -> str:
    """Give the command, with a line for each option; bodies that are not plain text come through `printf`."""
    content = exchange.content or b""
    text = plain(content)
    lines = [*_call(exchange), *(f"-H {word(line)}" for line in _fields(exchange.fields, exchange.base))]
    lines.extend(f"-H '{name}:'" for name in _suppressed(exchange, content))
    before = ""
    if content and text is None:
        before = f"{printed(content)} | "
        lines.append("--data-binary @-")
    elif content or _says_empty(exchange):
        lines.append(f"--data-raw {quoted(text or '') or repr('')}")
    return before + " \\\n  ".join(lines) + "\n"


def _call(exchange: CapturedExchange) -> list[str]:
    """Give program, version, method and URL."""
    scheme, mark, rest = exchange.base.partition("://")
    authority, _, prefix = rest.partition("/")
    method, target = exchange.method, (f"/{prefix}" if prefix else "").encode("latin-1") + exchange.target
    sends = bool(exchange.content) or _says_empty(exchange)
    version = "--http1.0" if exchange.version == b"1.0" else "--http1.1"
    how = [] if method == (b"POST" if sends else b"GET") else [f"-X {word(method)}"]
    if method == b"HEAD" and not sends:
        how = ["--head"]
    flags = ["--path-as-is"] if b"/." in target else []
    if re.search(rb"[\[\]{}]", target):
        flags.append("--globoff")
    if _EXACT_TARGET.fullmatch(target) is None:
        return [
            " ".join(["curl", version, *how]),
            f"--request-target {word(target)}",
            quoted(f"{scheme}{mark}{authority}/"),
        ]
    return [" ".join(["curl", version, *how, *flags, quoted(exchange.url)])]


def _says_empty(exchange: CapturedExchange) -> bool:
    return not exchange.content and first(exchange.fields, b"content-length") is not None


def _fields(fields: Fields, base: str) -> list[bytes]:
    """Give the values for `-H`: `Name: value`, or `Name;` where the value is empty."""
    authority = base.partition("://")[2].partition("/")[0].encode("latin-1").lower()
    lines: list[bytes] = []
    for name, value in without(fields, _OWN):
        if name.lower() == b"host" and value.lower() == authority:
            continue
        lines.append(name + (b": " + value if value else b";"))
    return lines


def _suppressed(exchange: CapturedExchange, content: bytes) -> list[str]:
    """Give the names of fields that curl would add and the sender did not send."""
    names = [shown for name, shown in _CURL_ADDS if first(exchange.fields, name) is None]
    if (content or _says_empty(exchange)) and first(exchange.fields, b"content-type") is None:
        names.append("Content-Type")
    if len(content) >= _EXPECT_FROM_BYTES and first(exchange.fields, b"expect") is None:
        names.append("Expect")
    return names
