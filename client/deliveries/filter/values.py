"""Reads what stands behind a key's colon and gives the test it means."""

import re
from collections.abc import Callable
from datetime import datetime

from client.deliveries.filter.errors import nearest
from client.deliveries.filter.keys import Key
from client.deliveries.filter.lexer import Lexer, Value
from client.deliveries.filter.patterns import PatternRefused, compiled
from client.deliveries.filter.quantities import BadQuantity, moment, seconds, size
from client.deliveries.filter.tree import (
    Age,
    Compare,
    Contains,
    ContentTest,
    Equal,
    HeaderTest,
    HostTest,
    JsonTest,
    Like,
    LikeTest,
    LiteralTest,
    Matches,
    Node,
    Not,
    NumberColumn,
    NumberTest,
    Operator,
    Or,
    PatternTest,
    ScanContent,
    ScanHead,
    TextColumn,
    TextTest,
    ValueTest,
)

_EXACT: dict[str, TextColumn] = {
    "source": "provider",
    "type": "event_type",
    "method": "method",
    "route": "endpoint",
    "event": "event_id",
}
_COUNTED: dict[str, tuple[NumberColumn, Callable[[str], float]]] = {
    "dur": ("duration_seconds", seconds),
    "size": ("size_bytes", size),
}
_NEEDS_COMPARISON = frozenset({"dur", "age"})
"""Nobody asks for exactly 500 ms."""
_FIELD_NAME = re.compile(r"[!#$%'*+\-.^_`~0-9A-Za-z]+")
_JSON_STEP = re.compile(r'\.?(?:([^\s.\[\]<>=!(),|&"]+)|"((?:[^"\\]|\\.)*)"|\[(\d{1,9})\])')
_JSON_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_STATUS_CODE = re.compile(r"[1-9]\d\d")
_LITERALS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


class Reader:
    """Reads values at a lexer's place."""

    def __init__(self, lexer: Lexer, now: datetime) -> None:
        self._lexer = lexer
        self._now = now

    def read(self, key: Key, start: int) -> Node:
        """Give the test of the values behind `key`, whose name began at `start`.

        Raises:
            FilterError: there is no value, or it does not fit the key.
        """
        if key.name == "header":
            return self._header()
        if key.name == "json":
            return self._json()
        nodes = [self._one(key, start)]
        while self._lexer.sees(","):
            self._lexer.at += 1
            nodes.append(self._one(key, start))
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _one(self, key: Key, start: int) -> Node:
        lexer = self._lexer
        operator = lexer.operator()
        value = lexer.value(blanks_in_regex=key.name in ("body", "resp"), operator=operator)
        if value is None:
            shown = " or ".join(key.examples[:2])
            raise lexer.fault(f"a value is missing behind {key.name}: as in {shown}", at=start, length=lexer.at - start)
        if value.kind != "regex" and not value.text:
            raise lexer.fault("this value is empty", at=value.start, length=value.end - value.start)
        if key.choices and value.kind == "bare" and operator is None:
            for choice in key.choices:
                if choice.name == value.text.lower():
                    return choice.node
        return self._fitting(key, value)

    def _fitting(self, key: Key, value: Value) -> Node:
        match key.name:
            case "status":
                return self._status(key, value)
            case "sig" | "is":
                raise self._no_choice(key, value)
            case "dur" | "size":
                return self._counted(key, value)
            case "attempts":
                return Compare("attempts", value.operator or "=", self._quantity(value, _count))
            case "age":
                return self._age(key, value)
            case "since" | "until":
                return self._moment(key, value)
            case _:
                return self._textual(key, value)

    def _no_choice(self, key: Key, value: Value) -> Exception:
        names = [choice.name for choice in key.choices]
        suggestion = nearest(value.text, names)
        sentence = "no such value" if suggestion else f"no such value; {key.name} knows {', '.join(names)}"
        return self._lexer.fault(sentence, at=value.start, length=value.end - value.start, suggestion=suggestion)

    def _status(self, key: Key, value: Value) -> Node:
        if value.kind == "regex" or _STATUS_CODE.fullmatch(value.text) is None:
            raise self._no_choice(key, value)
        return Compare("status", value.operator or "=", int(value.text))

    def _counted(self, key: Key, value: Value) -> Node:
        column, read = _COUNTED[key.name]
        return Compare(column, self._comparison(key, value) or "=", self._quantity(value, read))

    def _age(self, key: Key, value: Value) -> Node:
        operator = self._comparison(key, value)
        return Age(operator or "<", self._quantity(value, seconds))

    def _comparison(self, key: Key, value: Value) -> Operator | None:
        if value.operator is None and key.name in _NEEDS_COMPARISON:
            sentence = f"say more or less: {key.name}:>{value.text} or {key.name}:<{value.text}"
            raise self._lexer.fault(sentence, at=value.start, length=value.end - value.start)
        return value.operator

    def _moment(self, key: Key, value: Value) -> Node:
        self._refuse_operator(key, value)
        at = self._quantity(value, lambda text: moment(text, self._now))
        return Compare("received_at", ">=" if key.name == "since" else "<", at)

    def _quantity(self, value: Value, read: Callable[[str], float]) -> float:
        if value.kind == "regex":
            sentence = "a regular expression does not fit here"
            raise self._lexer.fault(sentence, at=value.start, length=value.end - value.start)
        try:
            return read(value.text)
        except BadQuantity as error:
            length = value.end - value.start
            raise self._lexer.fault(str(error), at=value.start, length=length, suggestion=error.suggestion) from None

    def _refuse_operator(self, key: Key, value: Value) -> None:
        if value.operator is not None and value.operator != "=":
            at = value.start - len(value.operator)
            sentence = f"{key.name} cannot be compared with {value.operator}"
            raise self._lexer.fault(sentence, at=at, length=len(value.operator))

    def _textual(self, key: Key, value: Value) -> Node:
        self._refuse_operator(key, value)
        if key.name in ("body", "resp"):
            return ScanContent("request" if key.name == "body" else "response", ContentTest(self._test(value)))
        if key.name == "host":
            return ScanHead(HostTest(self._test(value)))
        column = _EXACT.get(key.name, "id" if key.name == "id" else "target")
        if value.kind == "regex":
            self._check_pattern(value)
            return Matches(column, value.text, value.ignore_case)
        if value.is_glob:
            return Like(column, value.text)
        if key.name == "id":
            return Like("id", value.text + "*")
        return Equal(column, value.text) if key.name in _EXACT else Contains(column, value.text)

    def _test(self, value: Value, *, whole: bool = False) -> ValueTest:
        if value.kind == "regex":
            self._check_pattern(value)
            return PatternTest(value.text, value.ignore_case)
        if value.is_glob and whole:
            return LikeTest(value.text)
        return TextTest(value.text, whole)

    def _check_pattern(self, value: Value) -> None:
        try:
            compiled(value.text, ignore_case=value.ignore_case)
        except PatternRefused as error:
            sentence = f"this regular expression is not accepted: {error}"
            raise self._lexer.fault(sentence, at=value.start, length=value.end - value.start) from None

    def _header(self) -> Node:
        lexer = self._lexer
        name = lexer.take(_FIELD_NAME)
        if name is None:
            raise lexer.fault("a field's name is missing, as in header:x-github-event=push")
        if not lexer.sees("="):
            return ScanHead(HeaderTest(name[0].lower()))
        lexer.at += 1
        value = lexer.value(blanks_in_regex=True)
        if value is None:
            raise lexer.fault("a value is missing behind the equals sign", at=lexer.at - 1)
        return ScanHead(HeaderTest(name[0].lower(), self._test(value, whole=True)))

    def _json(self) -> Node:
        lexer = self._lexer
        path: list[str] = []
        while (step := lexer.take(_JSON_STEP)) is not None:
            path.append(step[1] or step[3] or re.sub(r"\\(.)", r"\1", step[2] or "", flags=re.DOTALL))
        if not path:
            raise lexer.fault("a path is missing, as in json:data.object.amount>1000")
        negated = lexer.text.startswith("!=", lexer.at)
        lexer.at += 1 if negated else 0
        operator = lexer.operator()
        if operator is None:
            return ScanContent("request", JsonTest(tuple(path)))
        value = lexer.value(blanks_in_regex=True)
        if value is None:
            raise lexer.fault(
                f"a value is missing behind `{operator}`", at=lexer.at - len(operator), length=len(operator)
            )
        node = ScanContent("request", JsonTest(tuple(path), self._json_test(value, operator)))
        return Not(node) if negated else node

    def _json_test(self, value: Value, operator: Operator) -> ValueTest:
        if value.kind == "bare" and _JSON_NUMBER.fullmatch(value.text):
            return NumberTest(operator, float(value.text))
        if operator != "=":
            sentence = f"`{operator}` compares numbers; this is none"
            raise self._lexer.fault(sentence, at=value.start, length=value.end - value.start)
        if value.kind == "bare" and value.text in _LITERALS:
            return LiteralTest(_LITERALS[value.text])
        return self._test(value, whole=True)


def _count(text: str) -> float:
    if not (text.isdecimal() and text.isascii() and len(text) < 10):  # noqa: PLR2004 - far above any count
        raise BadQuantity("a whole number was expected")
    return int(text)
