"""JSON as text: laid out anew without touching a value, and coloured a line at a time.

Nothing here parses into values and back: that would turn `1.10` into `1.1` and drop duplicate keys, in a tool whose
subject is the exact bytes.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from client.tui.model.spans import Line, Span, Tone

_TOKEN = re.compile(
    r'"[^"\\]*(?:\\.[^"\\]*)*"?|[{\[]\s*[}\]]|[{\[\]},:]|[^\s{\[\]},:"]+(?:\s+[^\s{\[\]},:"]+)*', re.DOTALL
)
_DEEPEST = 48
"""Levels that are indented; deeper ones stay at this column, or a bomb of brackets would become a bomb of spaces."""

_CHECKED_BYTES = 1_000_000
_COLOURED_CHARACTERS = 4_000

_PART = re.compile(
    r'(?P<field>"[^"\\]*(?:\\.[^"\\]*)*"(?=\s*:))'
    r'|(?P<string>"[^"\\]*(?:\\.[^"\\]*)*"?)'
    r"|(?P<number>-?\d[\d.eE+-]*)"
    r"|(?P<literal>\b(?:true|false|null)\b)"
    r"|(?P<muted>[{}\[\],:]+)"
)


def indented(text: str) -> str:
    """Give JSON text with a line for each member, every token exactly as it was."""
    return "".join(_pieces(text))


def _pieces(text: str) -> Iterator[str]:
    depth = 0
    for token in _TOKEN.findall(text):
        first = token[0]
        if first == ",":
            yield "," + _line(depth)
        elif first == ":":
            yield ": "
        elif first in "{[":
            if len(token) > 1:
                yield first + token[-1]
            else:
                depth += 1
                yield first + _line(depth)
        elif first in "}]":
            depth = max(0, depth - 1)
            yield _line(depth) + first
        else:
            yield token


@lru_cache(maxsize=64)
def _line(depth: int) -> str:
    return "\n" + "  " * min(depth, _DEEPEST)


def mistake(data: bytes) -> str:
    """Give where content stops being JSON, as a short sentence; empty when it is JSON, or too big to be checked."""
    if len(data) > _CHECKED_BYTES:
        return ""
    try:
        json.loads(data, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        return f"not JSON at line {error.lineno} column {error.colno}"
    except UnicodeDecodeError:
        return "not UTF-8"
    except (RecursionError, ValueError):
        return "nested too deeply to check"
    return ""


@lru_cache(maxsize=512)
def coloured(text: str) -> Line:
    """Give a line of JSON text with its parts told apart; a very long one is left plain."""
    if len(text) > _COLOURED_CHARACTERS:
        return (Span(text),)
    spans: list[Span] = []
    end = 0
    for match in _PART.finditer(text):
        if match.start() > end:
            spans.append(Span(text[end : match.start()]))
        spans.append(Span(match.group(), _tone(match.lastgroup)))
        end = match.end()
    if end < len(text):
        spans.append(Span(text[end:]))
    return tuple(spans)


def _tone(group: str | None) -> Tone:
    match group:
        case "field" | "string" | "number" | "literal" | "muted":
            return group
        case _:
            return "plain"
