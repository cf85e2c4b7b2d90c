"""Parses the filter language: `status:5xx sig:bad -path:/health (is:replayed | dur:>1s)`."""

import re
import time
from collections.abc import Callable
from datetime import datetime, tzinfo

from client.deliveries.filter.errors import nearest
from client.deliveries.filter.keys import KEYS
from client.deliveries.filter.lexer import Lexer, Value
from client.deliveries.filter.query import Query
from client.deliveries.filter.tree import And, Contains, Node, Not, Or
from client.deliveries.filter.values import Reader

MOST_CHARACTERS = 4_000
MOST_TERMS = 200
"""SQLite takes expressions of a depth of 1,000; each term and each pair of parentheses takes some."""
MOST_DEPTH = 50

_KEY = re.compile(r"([A-Za-z][A-Za-z_-]*):")
_HINTS = {
    "url": "path", "provider": "source", "event_type": "type", "signature": "sig", "verdict": "sig",
    "code": "status", "duration": "dur", "time": "dur", "latency": "dur", "response": "resp", "request": "body",
    "content": "body", "content-type": "header", "endpoint": "route", "tunnel": "route", "before": "until",
    "after": "since", "field": "header", "attempt": "attempts", "query": "path", "length": "size",
    "event_id": "event",
}  # fmt: skip
"""What other tools call it."""


def parse(text: str, *, clock: Callable[[], float] = time.time, zone: tzinfo | None = None) -> Query:
    """Give the query that a filter expression says.

    Args:
        text: the expression; empty or white space: everything.
        clock: gives Unix seconds: what `age:` is measured from, and whose day `since:14:00` means.
        zone: of times without one; None: this machine's.

    Raises:
        FilterError: a mistake; says where, and what was perhaps meant.
    """
    if len(text) > MOST_CHARACTERS:
        lexer = Lexer(text)
        raise lexer.fault(f"longer than {MOST_CHARACTERS:,} characters", at=MOST_CHARACTERS)
    return Query(text, _Parser(text, datetime.fromtimestamp(clock(), zone).astimezone(zone)).parse(), clock)


class _Parser:
    """Recursive descent over one expression; each method is a rule of the grammar."""

    def __init__(self, text: str, now: datetime) -> None:
        self._lexer = Lexer(text)
        self._reader = Reader(self._lexer, now)
        self._terms = 0
        self._depth = 0

    def parse(self) -> Node:
        lexer = self._lexer
        lexer.skip_blank()
        if lexer.ended():
            return And(())
        node = self._or()
        if not lexer.ended():
            raise lexer.fault("this parenthesis was never opened" if lexer.sees(")") else "this is not understood here")
        return node

    def _or(self) -> Node:
        parts = [self._and()]
        while self._lexer.keyword() == "or" or self._lexer.sees("|"):
            self._skip_operator()
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _and(self) -> Node:
        parts = [self._not()]
        lexer = self._lexer
        while not (lexer.ended() or lexer.sees(")|") or lexer.keyword() == "or"):
            if lexer.keyword() == "and" or lexer.sees("&"):
                self._skip_operator()
            parts.append(self._not())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _skip_operator(self) -> None:
        lexer = self._lexer
        start, word = lexer.at, lexer.keyword() or lexer.text[lexer.at]
        lexer.at += len(word)
        lexer.skip_blank()
        if lexer.ended() or lexer.sees(")"):
            raise lexer.fault(f"nothing follows this `{word}`", at=start, length=len(word))

    def _not(self) -> Node:
        lexer = self._lexer
        word = "not" if lexer.keyword() == "not" else lexer.text[lexer.at] if lexer.sees("-!") else ""
        if not word:
            return self._atom()
        start = lexer.at
        lexer.at += len(word)
        lexer.skip_blank()
        if lexer.ended() or lexer.sees(")|&"):
            raise lexer.fault(f"nothing follows this `{word}`", at=start, length=len(word))
        self._enter(start)
        node = Not(self._not())
        self._depth -= 1
        return node

    def _enter(self, at: int) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise self._lexer.fault(f"nested more than {MOST_DEPTH} deep", at=at)

    def _atom(self) -> Node:
        lexer = self._lexer
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise lexer.fault(f"more than {MOST_TERMS} terms")
        if lexer.sees("("):
            return self._group()
        if lexer.sees("|&") or lexer.keyword() in ("or", "and"):
            word = lexer.keyword() or lexer.text[lexer.at]
            raise lexer.fault(f"nothing stands before this `{word}`", length=len(word))
        start = lexer.at
        match = lexer.take(_KEY)
        node = self._word() if match is None else self._term(match[1], start)
        if not (lexer.ended() or lexer.sees(")|&") or lexer.text[lexer.at].isspace()):
            raise lexer.fault("this is not understood here; a value with such characters stands in quotes")
        lexer.skip_blank()
        return node

    def _group(self) -> Node:
        lexer = self._lexer
        start = lexer.at
        self._enter(start)
        lexer.at += 1
        lexer.skip_blank()
        if lexer.ended():
            raise lexer.fault("this parenthesis is never closed", at=start)
        if lexer.sees(")"):
            raise lexer.fault("nothing stands in these parentheses", at=start, length=lexer.at + 1 - start)
        node = self._or()
        if not lexer.sees(")"):
            raise lexer.fault("this parenthesis is never closed", at=start)
        lexer.at += 1
        lexer.skip_blank()
        self._depth -= 1
        return node

    def _term(self, name: str, start: int) -> Node:
        key = KEYS.get(name.lower())
        if key is None:
            suggestion = _HINTS.get(name.lower()) or nearest(name, KEYS)
            sentence = "no such key" if suggestion else "no such key; to search for the text itself put it in quotes"
            raise self._lexer.fault(sentence, at=start, length=len(name), suggestion=suggestion)
        return self._reader.read(key, start)

    def _word(self) -> Node:
        value = self._lexer.value(blanks_in_regex=False)
        if value is None:
            raise self._lexer.fault("this is not understood here; text with such characters stands in quotes")
        return word_node(value)


def word_node(value: Value) -> Node:
    """Give the query of a word without a key: it is in the type, the path or the id."""
    text = value.text.strip("*") if value.is_glob else value.text
    return Or(
        (Contains("event_type", text), Contains("target", text), Contains("id", text), Contains("event_id", text))
    )
