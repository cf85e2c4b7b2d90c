"""Reads an app's answers with llhttp: bytes in; head, content and end out."""

import httptools

from client.origin.answer import MOST_FIELDS, MOST_HEAD_BYTES, MOST_INTERIMS, Answer, BadAnswer, Ends, Question, judge
from client.origin.kinds import CODING, LENGTH, Kinds
from shared.errors import ContentBroken, Failure
from shared.http import Fields

_H = ord("H")
_LINE_END_BYTES = 4
"""What a field costs beyond its name and value: colon, space, CR, LF."""
_INTERIM = range(100, 200)
_SWITCHING = 101
_USUAL_INTERIMS = (0, 100, 102, 103)
"""None, and those that servers send before a final answer. Another one before a close was meant as the answer."""


class _Stop(Exception):  # noqa: N818 - not an error: ends the parser's run
    """Raised in a callback where the parser is to look no further."""


class AnswerReader:
    """Reads one answer after another from one connection. What it found stands in its attributes after each `feed`.

    The parser is left strict, so it refuses by itself: bare CR and LF, folded lines, control bytes in values, names
    that are no tokens, a length given twice or beside a coding, bad chunk sizes. `answer.judge` adds the rest.
    """

    __slots__ = (
        "_fields",
        "_idle_bytes",
        "_interims",
        "_kinds",
        "_parser",
        "_parts",
        "_problem",
        "_question",
        "_reason",
        "answer",
        "ended",
        "last_interim",
        "persistent",
        "received_bytes",
        "surplus",
        "trailers",
    )

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._parser = httptools.HttpResponseParser(self)
        self.surplus = False
        """More came than the answer: the connection is of no further use."""
        self.begin(Question(b"GET", b""))

    def begin(self, question: Question) -> None:
        """Expect the answer to `question`."""
        self._question = question
        self._fields: list[tuple[bytes, bytes]] = []
        self._reason = b""
        self._parts: list[bytes] = []
        self._problem = ""
        self._interims = 0
        self._idle_bytes = 0
        self.received_bytes = 0
        self.last_interim = 0
        """The status of the latest interim answer, or 0."""
        self.answer: Answer | None = None
        """The final answer's head, once it is here."""
        self.ended = False
        """The answer is complete."""
        self.persistent = False
        """The connection may carry another exchange (RFC 9112 section 9.3)."""
        self.trailers: Fields = ()

    def feed(self, data: bytes) -> None:
        """Read on.

        Raises:
            BadAnswer: this is not an answer that anybody should accept.
        """
        if not self.received_bytes and data[0] != _H:
            _check_start(data)
        self.received_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            self._parts.append(data[stopped.args[0] :])
        except httptools.HttpParserError as error:
            if not self.ended:
                raise BadAnswer(self._problem or f"it is not HTTP/1.1: {error}") from None
            self.surplus = True
        if self.answer is None:
            if self.received_bytes > MOST_HEAD_BYTES:
                raise BadAnswer(_HEAD_TOO_LONG)
        elif not self.ended:
            self._count_idle(len(data))

    def take(self) -> bytes:
        """Give the content that came since the last call."""
        parts = self._parts
        if len(parts) == 1:
            data = parts[0]
        elif parts:
            data = b"".join(parts)
        else:
            return b""
        parts.clear()
        return data

    def cut_off(self, *, cleanly: bool) -> ContentBroken | None:
        """Tell what it means that the app ended the connection here; None: that this is the answer's end.

        Args:
            cleanly: by a FIN, which may end content (RFC 9112 section 8); not by a reset.
        """
        if self.ended or (cleanly and self.answer is not None and self.answer.ends is Ends.AT_CLOSE):
            return None
        if self.answer is not None:
            return ContentBroken(Failure.ORIGIN_TRUNCATED, "the app closed the connection in the middle of its answer")
        if self.last_interim not in _USUAL_INTERIMS:
            problem = f"the app answered, and its status is {self.last_interim}, which is not a final answer's"
            return ContentBroken(Failure.ORIGIN_BAD_RESPONSE, problem)
        how = "within the head of its answer" if self.received_bytes else "without an answer"
        return ContentBroken(Failure.ORIGIN_CLOSED, f"the app closed the connection {how}")

    def _count_idle(self, count: int) -> None:
        """Bound what may come between two pieces of content: endless trailers and chunk extensions are none.

        Content that was taken out in time is told by there being new.
        """
        if self._parts:
            self._idle_bytes = 0
            return
        self._idle_bytes += count
        if self._idle_bytes > MOST_HEAD_BYTES:
            raise BadAnswer("it sends trailers or chunk extensions without end")

    def on_message_begin(self) -> None:
        """Stop where a second answer begins that nobody asked for."""
        if self.ended:
            raise _Stop

    def on_status(self, reason: bytes) -> None:
        """Take the reason phrase, or a part of it."""
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a field, or a trailer."""
        fields = self._fields
        if len(fields) >= MOST_FIELDS:
            self._refuse(f"it has more than {MOST_FIELDS} fields")
        fields.append((name, value))

    def on_headers_complete(self) -> None:
        """Judge the head."""
        status = self._parser.get_status_code()
        if status in _INTERIM and status != _SWITCHING:
            self._pass_interim(status)
            return
        fields = tuple(self._fields)
        self._fields = []
        if self.received_bytes > MOST_HEAD_BYTES and _size(fields) > MOST_HEAD_BYTES:
            self._refuse(_HEAD_TOO_LONG)
        try:
            self.answer = judge(
                status, self._reason, fields, self._parser.get_http_version(), self._question, self._kinds
            )
        except BadAnswer as error:
            self._refuse(str(error))
        if self._question.method == b"HEAD":
            self.ended = True
            raise _Stop  # llhttp cannot be told that no content follows: its run, and the connection's, ends here

    def on_body(self, data: bytes) -> None:
        """Take content."""
        self._parts.append(data)

    def on_message_complete(self) -> None:
        """Note the end, unless it is an interim answer's, or a switch's."""
        if self.answer is not None and self.answer.ends is not Ends.NEVER:
            self.ended = True
            self.persistent = self._parser.should_keep_alive()
            if self._fields:
                self.trailers = tuple(self._fields)

    def _pass_interim(self, status: int) -> None:
        self._interims += 1
        self.last_interim = status
        if self._interims > MOST_INTERIMS:
            self._refuse(f"it sent more than {MOST_INTERIMS} interim answers")
        if any(self._kinds[name] in (LENGTH, CODING) for name, _ in self._fields):
            self._refuse(f"its interim answer {status} announces content")
        self._fields.clear()
        self._reason = b""

    def _refuse(self, problem: str) -> None:
        self._problem = problem
        raise BadAnswer(problem)


_HEAD_TOO_LONG = f"its head is longer than {MOST_HEAD_BYTES // 1024} KiB"


def _check_start(data: bytes) -> None:
    """Refuse RTSP and ICE, which llhttp reads too; forgive an empty line before the answer (RFC 9112 section 2.2)."""
    if data.lstrip(b"\r\n")[:1] not in (b"H", b""):
        raise BadAnswer("it does not speak HTTP")


def _size(fields: Fields) -> int:
    return sum(len(name) + len(value) + _LINE_END_BYTES for name, value in fields)
