"""The ways in which libraries write one and the same JSON."""

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple


class Layout(NamedTuple):
    """A JSON text as a library may have written it."""

    text: bytes
    said: str
    reordered: bool
    """True: its members are sorted."""


_SHAPES: tuple[tuple[str, int | str | None, tuple[str, str]], ...] = (
    ("compact", None, (",", ":")),
    ("with a space after comma and colon", None, (", ", ": ")),
    ("indented by 2", 2, (",", ": ")),
    ("indented by 4", 4, (",", ": ")),
    ("indented by tabs", "\t", (",", ": ")),
    ("with a space after the colon", None, (",", ": ")),
    ("with a space after the comma", None, (", ", ":")),
    ("with a space around the colon", 2, (",", " : ")),
)
_ESCAPE = re.compile(r"\\u([0-9a-f]{4})")
_HTML = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def layouts(document: Any, *, every: bool = True) -> Iterator[Layout]:
    """Yield the texts of a JSON document, no text twice.

    Args:
        document: as `json.loads` gives it.
        every: all of them; else the few that are by far the commonest.
    """
    seen: set[bytes] = set()
    orders, shapes = ((False, True), _SHAPES) if every else ((False,), _SHAPES[:3])
    for reordered, ascii_only, (said, indent, separators) in product(orders, (False, True), shapes):
        try:
            text = json.dumps(
                document, indent=indent, separators=separators, ensure_ascii=ascii_only, sort_keys=reordered
            )
        except (ValueError, TypeError, RecursionError):
            return
        for written in _escapes(text):
            try:
                data = written.encode()
            except UnicodeEncodeError:
                continue
            if data not in seen:
                seen.add(data)
                order = ", members sorted" if reordered else ""
                escapes = ", other characters escaped" if ascii_only else ""
                yield Layout(data, f"{said}{escapes}{order}", reordered)


def _escapes(text: str) -> Iterator[str]:
    """Yield a text with the escapes of several libraries: PHP's slashes, Go's HTML, upper-case digits."""
    yield text
    if "/" in text:
        yield text.replace("/", "\\/")
    if "\\u" in text:
        yield _ESCAPE.sub(lambda found: f"\\u{found.group(1).upper()}", text)
    html = text.translate(_HTML)
    if html != text:
        yield html
