"""Judges the head of an app's answer: what travels on, and where its content ends."""

import re
from enum import Enum, auto
from typing import NamedTuple

from client.origin.circles import LOOP_STATUS, MARK
from client.origin.kinds import CODING, CONNECTION, HOST, KEEP_ALIVE, LENGTH, PLAIN, Kinds
from shared.http import Fields, ResponseHead, every, first
from shared.http.fields import nominated

MOST_HEAD_BYTES = 64 * 1024
"""Of an answer's head, with the interim ones before it. Apps with 9 KiB of cookies exist; nginx allows 32 KiB."""
MOST_FIELDS = 200
MOST_INTERIMS = 20
"""Interim answers before the final one: 200,000 of them in a row were seen to be swallowed by a common client."""

_SWITCHING = 101
_NO_CONTENT = 204
_FIRST_ERROR = 400
_EMPTY = (204, 304)
_FINAL = range(200, 600)
_NOMINATES_NOTHING = (b"keep-alive", b"close")
_VERSIONS = ("1.1", "1.0")
_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_TIMEOUT = re.compile(rb"(?i)(?:^|[,;\s])timeout=\"?([0-9]{1,6})")


class BadAnswer(Exception):  # noqa: N818 - reads as the sentence it is
    """An answer that no client should accept; the sentence goes on from "the app answered, and ..."."""


class Ends(Enum):
    """Where an answer's content ends (RFC 9112 section 6.3)."""

    AT_ONCE = auto()
    AT_LENGTH = auto()
    AT_LAST_CHUNK = auto()
    AT_CLOSE = auto()
    NEVER = auto()
    """The connection became another protocol."""


class Answer(NamedTuple):
    """A final answer's head, with what follows from it."""

    head: ResponseHead
    ends: Ends
    length: int | None
    """Bytes of content to come, where declared."""
    kept_seconds: float | None
    """How long the app keeps an unused connection, where it says so."""

    @property
    def failed(self) -> bool:
        """True for an error: no app reads on after it."""
        return self.head.status >= _FIRST_ERROR


class Question(NamedTuple):
    """What of the request decides how its answer reads."""

    method: bytes
    upgrade: bytes
    """The protocol asked for, or empty."""


def judge(status: int, reason: bytes, fields: Fields, version: str, question: Question, kinds: Kinds) -> Answer:
    """Read the head of a final answer.

    Raises:
        BadAnswer: it breaks HTTP, or answers what was not asked.
    """
    if version not in _VERSIONS:
        raise BadAnswer(f"it speaks HTTP/{version}, which is neither 1.0 nor 1.1")
    if status not in _FINAL and status != _SWITCHING:
        raise BadAnswer(f"its status is {status}, and a final answer's is 200 to 599")
    if not reason.isalpha() and _CONTROL.search(reason) is not None:
        raise BadAnswer("its reason phrase holds control bytes")
    plain, length, coding, kept = _sort(fields, kinds)
    if coding:
        _check_coding(coding, version)
    if status == _SWITCHING:
        _check_switch(fields, question)
        ends, length = Ends.NEVER, None
    elif question.method == b"HEAD" or status in _EMPTY:
        ends, length = Ends.AT_ONCE, None
        if status == _NO_CONTENT:
            plain = [field for field in plain if kinds[field[0]] != LENGTH]
    elif coding:
        ends = Ends.AT_LAST_CHUNK
    elif length is None:
        ends = Ends.AT_CLOSE
    else:
        ends = Ends.AT_LENGTH if length else Ends.AT_ONCE
    if status == LOOP_STATUS and first(fields, b"hookline-error") == MARK[1]:
        plain.append(MARK)
    return Answer(ResponseHead(status, reason, tuple(plain)), ends, length, kept)


def kept_seconds(value: bytes) -> float | None:
    """Give the `timeout` of a `Keep-Alive` field's value (RFC 2068 section 19.7.1.1), or None where it has none."""
    found = _TIMEOUT.search(value)
    return float(found.group(1)) if found else None


def _sort(fields: Fields, kinds: Kinds) -> tuple[list[tuple[bytes, bytes]], int | None, list[bytes], float | None]:
    plain: list[tuple[bytes, bytes]] = []
    length: int | None = None
    coding: list[bytes] = []
    kept: float | None = None
    dropped: frozenset[bytes] = frozenset()
    for field in fields:
        kind = kinds[field[0]]
        if kind == PLAIN:
            plain.append(field)
        elif kind == LENGTH:
            length = int(field[1])
            plain.append(field)
        elif kind == CODING:
            coding.append(field[1])
        elif kind == CONNECTION:
            if field[1].lower() not in _NOMINATES_NOTHING:
                dropped = nominated(fields)
        elif kind == KEEP_ALIVE:
            kept = kept_seconds(field[1])
        elif kind == HOST:
            plain.append(field)
    if dropped:
        plain = [field for field in plain if field[0].lower() not in dropped]
    return plain, length, coding, kept


def _check_coding(coding: list[bytes], version: str) -> None:
    """Only `chunked` alone can be undone here, and HTTP/1.0 does not have it (RFC 9112 section 6.1)."""
    if version != "1.1":
        raise BadAnswer("it has a transfer coding, which HTTP/1.0 does not have")
    if len(coding) > 1 or coding[0].lower() != b"chunked":
        raise BadAnswer("its transfer coding is not chunked alone")


def _check_switch(fields: Fields, question: Question) -> None:
    if not question.upgrade:
        raise BadAnswer("it switched protocols (101), which was not asked for")
    if b"upgrade" not in _tokens(every(fields, b"connection")):
        raise BadAnswer("it switched protocols (101) without saying so in its connection field")
    asked = _tokens([question.upgrade])
    chosen = _tokens(every(fields, b"upgrade"))
    if not chosen or not chosen <= asked:
        raise BadAnswer("it switched (101) to another protocol than was asked for")


def _tokens(values: list[bytes]) -> set[bytes]:
    return {token.strip().lower() for value in values for token in value.split(b",") if token.strip()}
