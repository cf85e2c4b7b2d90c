"""Reads the pieces of a filter at a place: operators, words, values. Nothing in here knows a key."""

import re
from dataclasses import dataclass
from typing import Literal, cast

from client.deliveries.filter.errors import FilterError
from client.deliveries.filter.tree import Operator

BLANK = re.compile(r"\s*")
_OPERATOR = re.compile(r">=|<=|>|<|=")
_BARE = re.compile(r'[^\s(),|&"][^\s(),|&]*')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/(i?)(?=[\s),|&]|$)", re.DOTALL)
_REGEX_WORD = re.compile(r"/((?:[^/\\\s]|\\\S)+)/(i?)(?=[\s),|&]|$)")
_KEYWORD = re.compile(r"(and|or|not)(?=[\s()]|$)", re.IGNORECASE)

ValueKind = Literal["bare", "quoted", "regex"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it was written."""

    kind: ValueKind
    text: str
    start: int
    end: int
    operator: Operator | None = None
    ignore_case: bool = False

    @property
    def is_glob(self) -> bool:
        """True for a pattern with `*` or `?`."""
        return self.kind == "bare" and ("*" in self.text or "?" in self.text)


class Lexer:
    """A place in a filter's text that moves on."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fault(self, sentence: str, *, at: int | None = None, length: int = 1, suggestion: str = "") -> FilterError:
        """Give the error for a mistake at a place, or here."""
        position = self.at if at is None else at
        return FilterError(sentence, text=self.text, position=position, length=length, suggestion=suggestion)

    def skip_blank(self) -> None:
        """Go to the next character that is no white space."""
        match = BLANK.match(self.text, self.at)
        self.at = self.at if match is None else match.end()

    def ended(self) -> bool:
        """True when nothing is left."""
        return self.at >= len(self.text)

    def sees(self, characters: str) -> bool:
        """Say whether one of these characters comes next."""
        return not self.ended() and self.text[self.at] in characters

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take what fits the pattern here, or nothing."""
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def keyword(self) -> str:
        """Give the keyword that comes next in lower case, or empty; takes nothing."""
        match = _KEYWORD.match(self.text, self.at)
        return "" if match is None else match[1].lower()

    def operator(self) -> Operator | None:
        """Take a comparison, or nothing."""
        match = self.take(_OPERATOR)
        return None if match is None else cast("Operator", match[0])

    def value(self, *, blanks_in_regex: bool, operator: Operator | None = None) -> Value | None:
        """Take a value, or nothing where none stands.

        Args:
            blanks_in_regex: a regular expression may hold white space; where a value may be a path it may not.
            operator: what was read before the value.

        Raises:
            FilterError: a quote is never closed.
        """
        start = self.at
        if self.sees('"'):
            return self._quoted(start, operator)
        if operator is None and self.sees("/"):
            match = self.take(_REGEX if blanks_in_regex else _REGEX_WORD)
            if match is not None:
                return Value("regex", match[1].replace("\\/", "/"), start, self.at, ignore_case=bool(match[2]))
        match = self.take(_BARE)
        return None if match is None else Value("bare", match[0], start, self.at, operator)

    def _quoted(self, start: int, operator: Operator | None) -> Value:
        match = self.take(_QUOTED)
        if match is None:
            raise self.fault("this quote is never closed", at=start, length=len(self.text) - start)
        text = re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
        return Value("quoted", text, start, self.at, operator)
