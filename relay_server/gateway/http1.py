"""Cuts a connection's bytes into requests, one at a time, with llhttp as the judge of the grammar.

Each message gets a parser of its own, so no state of one message can reach the next; content with a declared length is
counted here and never parsed. What follows a message stays untouched, byte for byte, for whoever reads the next.
"""

import re

import httptools

from relay_server.gateway.settings import Limits
from shared.errors import Failure

_REQUEST_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([^ \r\n]+)(?: ([A-Z]+)/([0-9]\.[0-9]))?\r\n")
_METHOD_AND_SPACE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,32} ")
"""What may be a method that is not served here; a token that is longer than any registered one is none."""
_EMPTY_LINES = re.compile(rb"(?:\r\n){0,8}")
"""A server ignores some before a request line (RFC 9112 section 2.2)."""

_END = b"\r\n\r\n"
_CR = b"\r"
_VERSIONS = (b"1.1", b"1.0")
_CHUNKED = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
_STRADDLE = len(_END) - 1


class Refused(Exception):  # noqa: N818 - says what became of the request
    """What arrived is not a request that may be passed on."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class RequestReader:
    """Reads one request after the other."""

    __slots__ = (
        "_head_done",
        "_limits",
        "_overhead",
        "_parser",
        "_pieces",
        "_raw",
        "_unreadable",
        "_upgrading",
        "complete",
        "fields",
        "method",
        "remaining",
        "target",
        "version",
    )

    def __init__(self, limits: Limits) -> None:
        """Begin before the first request."""
        self._limits = limits
        self._parser: httptools.HttpRequestParser | None = None
        self._raw = b""
        self._pieces: list[bytes] = []
        self._overhead = 0
        self._head_done = False
        self._unreadable = False
        self._upgrading = False
        self.method = b""
        self.target = b""
        self.version = b""
        self.fields: list[tuple[bytes, bytes]] = []
        self.remaining = 0
        """Bytes of counted content still to come; below zero: the content is chunked."""
        self.complete = False
        """The current request is here to its last byte."""

    @property
    def raw(self) -> bytes:
        """The current request's header section as it arrived, as far as it is here."""
        return self._raw

    @property
    def between(self) -> bool:
        """Nothing of a request has arrived since the last one."""
        return self._parser is None and not self._raw

    def read_head(self, data: bytes, start: int) -> int:
        """Read a header section.

        Args:
            data: what arrived.
            start: where in it to begin.

        Returns:
            Where the header section ends in `data`; -1: it is not whole yet.

        Raises:
            Refused: it breaks the grammar, or a limit.
        """
        if self._parser is None:
            start = self._skip_empty_lines(data, start)
            if data[start:] == _CR:
                self._raw = _CR
                return -1
            self._begin_head()
        before = len(self._raw)
        end = self._end_of_head(data, start)
        part = data[start:] if end < 0 else data[start:end]
        self._raw = self._raw + part if before else part
        self._parse_head(part)
        if self._head_done != (end >= 0):
            raise Refused(_worst(self._raw))
        if end < 0:
            self._bound_partial_head()
            return -1
        self._check_head()
        return end

    def expect(self, length: int | None, *, chunked: bool) -> None:
        """Say how the content of the request just begun is framed; `length` None and not chunked: there is none.

        Raises:
            Refused: it cannot be read.
        """
        if self._unreadable:
            raise Refused(Failure.UNSUPPORTED_CODING)
        if chunked:
            self.remaining = -1
            self._overhead = 0
            self.fields = []
            if self._upgrading:
                # llhttp takes what follows such a head for another protocol; it is told the framing without it.
                self._begin_head()
                self._parser_feed(_CHUNKED)
                self.fields = []
            self.complete = False
        else:
            self._parser = None
            self.remaining = length or 0
            self.complete = not length

    def read_content(self, data: bytes, start: int) -> tuple[bytes, int]:
        """Read content.

        Returns:
            What of `data` from `start` on is content, and where the next unread byte stands.

        Raises:
            Refused: the chunked coding is broken, or a limit.
        """
        if self.remaining >= 0:
            part = data[start : start + self.remaining]
            self.remaining -= len(part)
            self.complete = not self.remaining
            return part, start + len(part)
        end = self._read_chunks(data, start)
        content = b"".join(self._pieces)
        self._pieces.clear()
        self._overhead = 0 if content else self._overhead + end - start
        if self._overhead > self._limits.head_bytes or len(self.fields) > self._limits.fields:
            self.complete = False
            raise Refused(Failure.HEADERS_TOO_LARGE)
        if self.complete:
            self._parser = None
        return content, end

    def next(self) -> None:
        """Forget the current request: a connection may rest here for long."""
        self._parser = None
        self._raw = self.target = b""
        self.fields = []
        self.complete = False

    def on_url(self, part: bytes) -> None:
        """Take a piece of the request target from the parser."""
        self.target = self.target + part if self.target else part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field from the parser."""
        self.fields.append((name, value))

    def on_headers_complete(self) -> None:
        """Take the end of the header section from the parser."""
        self._head_done = True

    def on_body(self, data: bytes) -> None:
        """Take a piece of chunked content from the parser."""
        self._pieces.append(data)

    def on_message_complete(self) -> None:
        """Take the end of the message from the parser."""
        self.complete = True

    def _begin_head(self) -> None:
        self._parser = httptools.HttpRequestParser(self)
        self._head_done = False
        self._unreadable = False
        self._upgrading = False
        self.complete = False
        self.fields = []
        self.target = b""

    def _skip_empty_lines(self, data: bytes, start: int) -> int:
        if self._raw:
            # The first half of an empty line has arrived before.
            if not data.startswith(b"\n", start):
                raise Refused(Failure.BAD_REQUEST)
            self._raw = b""
            start += 1
        empty = _EMPTY_LINES.match(data, start)
        return start if empty is None else empty.end()

    def _end_of_head(self, data: bytes, start: int) -> int:
        if self._raw:
            tail = self._raw[-_STRADDLE:]
            across = (tail + data[start : start + _STRADDLE]).find(_END)
            if across >= 0:
                return start + across + len(_END) - len(tail)
        end = data.find(_END, start)
        return end + len(_END) if end >= 0 else -1

    def _parser_feed(self, data: bytes) -> None:
        assert self._parser is not None  # noqa: S101 - the callers have begun a head
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._upgrading = True

    def _parse_head(self, part: bytes) -> None:
        try:
            self._parser_feed(part)
        except httptools.HttpParserInvalidMethodError:
            known = _METHOD_AND_SPACE.match(self._raw) is not None
            raise Refused(Failure.METHOD_NOT_ALLOWED if known else Failure.BAD_REQUEST) from None
        except httptools.HttpParserError:
            if not self._head_done:
                raise Refused(_worst(self._raw)) from None
            # A whole head whose content llhttp cannot frame: the rules name what is wrong with it.
            self._unreadable = True

    def _bound_partial_head(self) -> None:
        if len(self._raw) > self._limits.head_bytes:
            line_ended = b"\r\n" in self._raw
            raise Refused(Failure.HEADERS_TOO_LARGE if line_ended else Failure.URI_TOO_LONG)

    def _check_head(self) -> None:
        limits, raw, fields = self._limits, self._raw, self.fields
        assert self._parser is not None  # noqa: S101 - a head has been parsed
        self.method = self._parser.get_method()
        begin = b"%b %b HTTP/" % (self.method, self.target)
        self.version = raw[len(begin) : len(begin) + 3]
        if not raw.startswith(begin) or self.version not in _VERSIONS:
            raise Refused(_worst(raw))
        if len(raw) > limits.line_bytes:
            self._check_lengths()
        if len(fields) > limits.fields:
            raise Refused(Failure.HEADERS_TOO_LARGE)
        if b" \r\n" in raw or b"\t\r\n" in raw:
            # White space around a value is no part of it (RFC 9112 section 5.1); llhttp leaves what follows it.
            self.fields = [(name, value.rstrip(b" \t")) for name, value in fields]

    def _check_lengths(self) -> None:
        limits = self._limits
        if len(self.target) > limits.line_bytes:
            raise Refused(Failure.URI_TOO_LONG)
        longest = max((len(name) + len(value) for name, value in self.fields), default=0)
        if longest > limits.line_bytes or len(self._raw) > limits.head_bytes:
            raise Refused(Failure.HEADERS_TOO_LARGE)

    def _read_chunks(self, data: bytes, start: int) -> int:
        """Feed the parser no further than the message can end: it always ends with two line ends in a row."""
        at, length = start, len(data)
        single = min(start + _STRADDLE, length)
        try:
            while at < length and not self.complete:
                if at < single:
                    end = at + 1
                else:
                    end = data.find(_END, max(start, at - _STRADDLE))
                    end = length if end < 0 else end + len(_END)
                self._parser_feed(data[at:end])
                at = end
        except httptools.HttpParserError:
            raise Refused(Failure.BAD_REQUEST) from None
        return at


def _worst(raw: bytes) -> Failure:
    line = _REQUEST_LINE.match(raw)
    if line is None or line[3] is None or (line[3] == b"HTTP" and line[4] in _VERSIONS):
        return Failure.BAD_REQUEST
    return Failure.HTTP_VERSION
