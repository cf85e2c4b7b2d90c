"""Writes the head of a request as the app is to see it."""

import re

from client.origin.address import OriginAddress
from client.origin.kinds import CONNECTION, HOST, LENGTH, RESERVED, Kinds
from shared.errors import ExchangeFailed, Failure, TunnelError
from shared.http import Fields, RequestHead, forwardable
from shared.printable import printable_line

_REQUEST = re.compile(rb"(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+ /[^\x00-\x20\x7f]*|OPTIONS \*) HTTP/1\.1\r\n")
"""RFC 9112 section 3 with the two forms of a target that a request to an app's own address has: a path, or `*`."""
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]+)(:[0-9]{1,5})?")
_MOST_DIGITS = 18
"""Below 2**63: a length that no counter can hold is refused before it is compared."""


class BadHostHeader(TunnelError):  # noqa: N818 - reads as the sentence it is
    """A value for `--host-header` that no request can carry."""


def host_value(wish: str, address: OriginAddress) -> bytes | None:
    """Give the value that `Host` gets, or None where it stays as the sender wrote it.

    Args:
        wish: `rewrite` (the app's own address), `preserve`, or the value itself.
        address: the app's address.

    Raises:
        BadHostHeader: the value is no host with an optional port.
    """
    if wish == "rewrite":
        return address.host_header
    if wish == "preserve":
        return None
    if _HOST.fullmatch(wish) is None:
        raise BadHostHeader(
            f"the host header {printable_line(wish)!r} is not a host with an optional port; "
            "write rewrite, preserve, or a value such as app.test:3000"
        )
    return wish.encode("ascii")


class HeadWriter:
    """Writes requests: every field in its place and form, but those about one connection, `Host`, and the framing."""

    __slots__ = ("_default_host", "_host", "_kinds")

    def __init__(self, address: OriginAddress, *, host_header: str, kinds: Kinds) -> None:
        """Write for the app at `address`.

        Raises:
            BadHostHeader: as `host_value`.
        """
        self._default_host = address.host_header
        self._host = host_value(host_header, address)
        self._kinds = kinds

    def whole(self, head: RequestHead, content: bytes, trailers: Fields = ()) -> bytes:
        """Write a request whose content is here: with the length it declares, chunked if it declares none.

        Raises:
            ExchangeFailed: it holds what no request may hold, or the content is not as long as it says.
        """
        written, declared = self.head(head, chunked=bool(content or trailers))
        if declared is not None:
            if declared != len(content):
                raise bad_request(f"its content has {len(content)} bytes and declares {declared}")
            return written + content
        if not content and not trailers:
            return written
        chunk = b"%x\r\n%b\r\n" % (len(content), content) if content else b""
        return written + chunk + self.last_chunk(trailers)

    def head(self, head: RequestHead, *, chunked: bool, upgrade: bytes = b"") -> tuple[bytes, int | None]:
        """Write a head; give it with the length of content that it declares, or None.

        Args:
            head: what the sender wrote.
            chunked: use the chunked coding where no length is declared.
            upgrade: the protocol to ask for, or empty.

        Raises:
            ExchangeFailed: it holds what no request may hold.
        """
        lines = [b"%b %b HTTP/1.1" % (head.method, head.target)]
        try:
            declared = self._add(lines, head.fields)
        except ValueError as error:
            raise bad_request(str(error)) from None
        if declared is None and chunked:
            lines.append(b"Transfer-Encoding: chunked")
        if upgrade:
            lines += (b"Connection: Upgrade", b"Upgrade: " + upgrade)
        written = _joined(lines)
        if _REQUEST.match(written) is None:
            raise bad_request("its method or target is malformed")
        return written, declared

    def last_chunk(self, trailers: Fields) -> bytes:
        """Write the end of chunked content (RFC 9112 section 7.1), trailers included.

        Raises:
            ExchangeFailed: a trailer cannot be written.
        """
        if not trailers:
            return b"0\r\n\r\n"
        lines = [b"0"]
        try:
            lines += [b": ".join(field) for field in forwardable(trailers) if self._kinds[field[0]] <= RESERVED]
        except ValueError as error:
            raise bad_request(str(error)) from None
        return _joined(lines)

    def _add(self, lines: list[bytes], fields: Fields) -> int | None:
        kinds = self._kinds
        host: bytes | None = None
        declared: int | None = None
        for field in fields:
            kind = kinds[field[0]]
            if kind <= RESERVED:
                lines.append(b": ".join(field))
            elif kind == HOST and host is None:
                host = field[1] if self._host is None else self._host
                lines.append(b"%b: %b" % (field[0], host))
            elif kind == LENGTH:
                length = _length(field[1])
                if declared is None:
                    lines.append(b"%b: %d" % (field[0], length))
                elif length != declared:
                    raise ValueError("its content-length is given twice, differently")
                declared = length
            elif kind == CONNECTION:
                del lines[1:]
                return self._add(lines, forwardable(fields))
        if host is None:
            lines.insert(1, b"Host: " + (self._host or self._default_host))
        return declared


def bad_request(detail: str) -> ExchangeFailed:
    """Give the failure of a request that cannot be written to the app; nothing of it was."""
    return ExchangeFailed(Failure.BAD_REQUEST, f"not sent to the app: {detail}")


def _length(value: bytes) -> int:
    digits = value.strip(b" \t")
    if not digits.isdigit() or len(digits) > _MOST_DIGITS:
        raise ValueError("its content-length is not a number")
    return int(digits)


def _joined(lines: list[bytes]) -> bytes:
    """Join the lines of a head; a line end inside of one would make fields, or requests, of the sender's choosing."""
    written = b"\r\n".join(lines) + b"\r\n\r\n"
    count = len(lines) + 1
    if written.count(b"\n") != count or written.count(b"\r") != count or b"\0" in written:
        raise bad_request("a field holds a line end or NUL")
    return written
