"""Rules over field sections: looking up, and what may travel past one hop."""

from shared.http.heads import Fields

HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
        b"expect",
        b"http2-settings",
    }
)
"""RFC 9110 section 7.6.1, with the fields that are about one connection only by custom."""

END_TO_END = frozenset(
    {
        b"host",
        b"content-length",
        b"content-type",
        b"content-encoding",
        b"authorization",
        b"cookie",
        b"date",
        b"forwarded",
        b"x-real-ip",
        b"cache-control",
    }
)
"""What `Connection` may nominate but never remove: a sender would use it to hide a field from the app."""


def first(fields: Fields, name: bytes) -> bytes | None:
    """Give the value of the first field called `name` (lower case), or None."""
    for key, value in fields:
        if len(key) == len(name) and key.lower() == name:
            return value
    return None


def every(fields: Fields, name: bytes) -> list[bytes]:
    """Give the values of all fields called `name` (lower case), in wire order."""
    return [value for key, value in fields if len(key) == len(name) and key.lower() == name]


def without(fields: Fields, names: frozenset[bytes]) -> Fields:
    """Give the fields whose lower-case name is not in `names`."""
    return tuple(field for field in fields if field[0].lower() not in names)


def nominated(fields: Fields) -> frozenset[bytes]:
    """Give the lower-case names that `Connection` declares hop-by-hop (RFC 9110 section 7.6.1).

    Forwarding fields, signatures and everything in `END_TO_END` stay: nominating them is an attack, not a wish.
    """
    names: set[bytes] = set()
    for value in every(fields, b"connection"):
        names.update(token.strip().lower() for token in value.split(b","))
    return frozenset(
        name for name in names if name not in END_TO_END and not name.startswith((b"x-", b"hookline-")) and name
    )


def forwardable(fields: Fields) -> Fields:
    """Give the fields that travel on: all but the hop-by-hop ones, order, case and repetition kept."""
    dropped = HOP_BY_HOP
    if first(fields, b"connection") is not None:
        dropped = HOP_BY_HOP | nominated(fields)
    return without(fields, dropped)


def content_length(fields: Fields) -> int | None:
    """Give the declared length of the content in bytes, or None where none is declared.

    Raises:
        ValueError: the value is not one run of digits, or two fields disagree (RFC 9112 section 6.3).
    """
    found: int | None = None
    for value in every(fields, b"content-length"):
        digits = value.strip(b" \t")
        if not digits.isdigit() or len(digits) > _MOST_DIGITS:
            raise ValueError("content-length is not a number")
        if found is not None and found != int(digits):
            raise ValueError("content-length is given twice, differently")
        found = int(digits)
    return found


_MOST_DIGITS = 18
"""Below 2**63: a length that no counter can hold is refused before it is compared."""
