"""The tests that read heads and contents, used as they are by both back ends."""

import re
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from client.deliveries.filter.patterns import found
from client.deliveries.filter.texts import fold, like
from client.deliveries.filter.tree import (
    BodySpec,
    ContentTest,
    HeaderTest,
    HeadSpec,
    HostTest,
    JsonTest,
    LikeTest,
    LiteralTest,
    NumberTest,
    Operator,
    PatternTest,
    ReasonTest,
    TextTest,
    ValueTest,
)
from shared.http import Fields

SCANNED_BYTES = 8 * 1024**2
"""A content is searched up to here."""

_NUMBER = re.compile(r"\d{1,9}")
_Json = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


class Head(msgspec.Struct, frozen=True):
    """What head tests look at."""

    fields: Fields = ()
    """The received request's."""
    public_url: str = ""
    reason: str = ""
    """Of the newest attempt's signature."""


def encoded(spec: HeadSpec | BodySpec) -> str:
    """Give a test as a parameter of a statement."""
    return _encode(spec).decode()


@lru_cache(maxsize=256)
def decoded(text: str) -> HeaderTest | HostTest | ReasonTest | ContentTest | JsonTest:
    """Give the test that `encoded` wrote."""
    return msgspec.json.decode(text, type=HeaderTest | HostTest | ReasonTest | ContentTest | JsonTest)


def compare(operator: Operator, left: float, right: float) -> bool:
    """Compare two numbers."""
    match operator:
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case _:
            return left == right


def head_holds(spec: HeadSpec, head: Head) -> bool:
    """Say whether a test of a row's heads holds."""
    match spec:
        case HeaderTest(name, test):
            wanted = name.encode("latin-1", "replace")
            values = [value for key, value in head.fields if key.lower() == wanted]
            return bool(values) if test is None else any(_text_holds(test, one.decode("latin-1")) for one in values)
        case HostTest(test):
            return _text_holds(test, urlsplit(head.public_url).netloc)
        case ReasonTest(code):
            return head.reason == code


def content_holds(spec: BodySpec, content: bytes) -> bool:
    """Say whether a test of a content holds; of a long one the beginning is read."""
    content = content[:SCANNED_BYTES]
    match spec:
        case ContentTest(TextTest(text)):
            return _in_content(text, content)
        case ContentTest(PatternTest(pattern, ignore_case)):
            return found(pattern, content, ignore_case=ignore_case)
        case ContentTest(test):
            return _text_holds(test, content.decode("utf-8", "replace"))
        case JsonTest(path, test):
            return _json_holds(path, test, content)


def _in_content(text: str, content: bytes) -> bool:
    wanted = text.encode("utf-8", "surrogatepass")
    return wanted in content or wanted.lower() in content.lower()


def _text_holds(test: ValueTest, value: str) -> bool:
    match test:
        case TextTest(text, whole):
            return fold(text) == fold(value) if whole else fold(text) in fold(value)
        case LikeTest(pattern):
            return like(pattern, value)
        case PatternTest(pattern, ignore_case):
            return found(pattern, value, ignore_case=ignore_case)
        case NumberTest(operator, number):
            return _number_holds(operator, value, number)
        case LiteralTest():
            return False


def _number_holds(operator: Operator, value: str, number: float) -> bool:
    try:
        return compare(operator, float(value), number)
    except ValueError:
        return False


def _json_holds(path: tuple[str, ...], test: ValueTest | None, content: bytes) -> bool:
    names = [name for name in path if _NUMBER.fullmatch(name) is None]
    if names and not _may_hold(names[-1], content):
        return False
    try:
        value = _Json(content)
        for step in path:
            value = _step(value, step)
    except (msgspec.DecodeError, RecursionError, LookupError, UnicodeDecodeError):
        return False
    return test is None or _value_holds(test, value)


def _may_hold(name: str, content: bytes) -> bool:
    r"""Say whether a member of this name can be in the content: spelt plainly, or with a `\u` somewhere."""
    return name.encode("utf-8", "surrogatepass") in content or b"\\" in content


def _step(value: object, step: str) -> object:
    if isinstance(value, dict):
        return value[step]
    if isinstance(value, list) and _NUMBER.fullmatch(step):
        return value[int(step)]
    raise LookupError(step)


def _value_holds(test: ValueTest, value: object) -> bool:
    if isinstance(test, LiteralTest):
        return value is test.value
    if isinstance(value, bool) or value is None or isinstance(value, dict | list):
        return False
    if isinstance(test, NumberTest):
        return isinstance(value, int | float) and compare(test.operator, value, test.value)
    return _text_holds(test, value if isinstance(value, str) else f"{value}")
