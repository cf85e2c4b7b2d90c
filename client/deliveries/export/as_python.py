"""A Python program that sends the same bytes again: the standard library alone, which changes nothing on the way."""

from collections.abc import Sequence

from client.deliveries.export.model import CapturedExchange
from shared.http import without
from shared.printable import printable_line

OWN = frozenset({b"content-length", b"transfer-encoding"})
"""What the program writes itself, from the content."""


def to_python(exchanges: Sequence[CapturedExchange]) -> str:
    """Give a program that sends each exchange in turn and prints what comes back."""
    parts = ['"""Sends captured deliveries again, byte for byte."""\n\nimport http.client\n']
    parts.extend(_function(number, exchange) for number, exchange in enumerate(exchanges, start=1))
    calls = "\n".join(f"    delivery_{number}()" for number in range(1, len(exchanges) + 1))
    parts.append(f'if __name__ == "__main__":\n{calls}\n')
    return "\n\n".join(parts)


def _function(number: int, exchange: CapturedExchange) -> str:
    scheme, authority, prefix = split_base(exchange.base)
    secure = "HTTPS" if scheme == "https" else "HTTP"
    target = prefix + exchange.target
    lines = [
        f"def delivery_{number}():",
        f'    """{docstring(exchange)}"""',
        f"    content = {exchange.content or b''!r}",
        f"    connection = http.client.{secure}Connection({authority!a}, timeout=30)",
    ]
    if not target.isascii():
        lines.append('    connection._encode_request = lambda request: request.encode("latin-1")  # octets as received')
    lines += [
        f"    target = {text(target)!a}",
        f"    connection.putrequest({text(exchange.method)!a}, target, skip_host=True, skip_accept_encoding=True)",
        f"    for name, value in {literal(without(exchange.fields, OWN))}:",
        "        connection.putheader(name, value)",
    ]
    if sends_length(exchange):
        lines.append('    connection.putheader("Content-Length", str(len(content)))')
    lines += [
        "    connection.endheaders(content or None)",
        "    response = connection.getresponse()",
        "    print(response.status, response.reason)",
        "    print(response.read().decode(errors='replace'))",
        "    connection.close()",
    ]
    return "\n".join(lines)


def sends_length(exchange: CapturedExchange) -> bool:
    """Say whether the request carries `Content-Length`."""
    return bool(exchange.content) or any(name.lower() == b"content-length" for name, _ in exchange.fields)


def text(octets: bytes) -> str:
    """Give octets as the text that `http.client` encodes back to them."""
    return octets.decode("latin-1")


def literal(fields: Sequence[tuple[bytes, bytes]], indent: str = "    ") -> str:
    """Give fields as a list of pairs, one a line."""
    pairs = "".join(f"{indent}    ({text(name)!a}, {value!r}),\n" for name, value in fields)
    return f"[\n{pairs}{indent}]" if pairs else "[]"


def docstring(exchange: CapturedExchange) -> str:
    """Give one line about the exchange that cannot end a docstring."""
    line = f"{text(exchange.method)} {text(exchange.target)[:80]} {exchange.delivery_id[:80]}".strip()
    said = printable_line(line).replace("\\", "/").replace('"', "'")
    return said.encode("ascii", "backslashreplace").decode("ascii")


def split_base(base: str) -> tuple[str, str, bytes]:
    """Give scheme, authority and path's octets of what stands before the target, which may be no URL."""
    scheme, _, rest = base.partition("://")
    authority, slash, path = rest.partition("/")
    return scheme.lower(), authority, (slash + path).encode("latin-1", "replace")
