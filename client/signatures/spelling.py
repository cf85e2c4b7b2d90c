"""The ways in which an app may read a path: a rule covers a request if it covers any of them.

Frameworks disagree about letters' case, percent-encoding, `;` parameters, empty segments and dots (RFC 3986 section
6.2.2 allows most of it), so the path as received does not say alone where a request ends up.
"""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

_PLAIN = re.compile(r"(?:/[a-z0-9_-]+)*/?")
"""What every app reads alike."""
_AUTHORITY = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?[/\\]{2,}[^/\\]*")
"""What URL parsers take for scheme and host: of the absolute form, and of a path that begins with `//`."""
_END = re.compile(r"[?#]")
_BLANKS = "".join(map(chr, range(0x21)))
_TIMES = 2
"""Percent-decoding: by a proxy before the app, and by the app."""


def spellings(path: str) -> tuple[str, ...]:
    """Give a request's path as received, then every reading of it; alone if there is but one.

    Args:
        path: its octets as latin-1.
    """
    if _PLAIN.fullmatch(path) is not None:
        return (path,)
    found = {path: None}
    starts = [path]
    if authority := _AUTHORITY.match(path):
        starts.append(path[authority.end() :])
    for start in starts:
        octets = start.encode("latin-1", "replace")
        for _ in range(1 + _TIMES):
            text = octets.decode("utf-8", "replace").casefold()
            for one in {text, _END.split(text, 1)[0]}:
                segments = _segments(one)
                found["/" + "/".join(segments)] = None
                found["/" + "/".join(_without_dots(segments))] = None
            octets = unquote_to_bytes(octets)
    return tuple(found)


@lru_cache(maxsize=256)
def canonical(path: str) -> str:
    """Give the one spelling of a rule's own path, which has no `/` at its end."""
    octets = path.encode("utf-8", "surrogateescape")
    for _ in range(_TIMES):
        octets = unquote_to_bytes(octets)
    segments = _without_dots(_segments(octets.decode("utf-8", "replace").casefold()))
    return "".join("/" + segment for segment in segments)


def _segments(text: str) -> list[str]:
    """Give what stands between slashes of either kind, without parameters, blanks and what is empty."""
    parts = (part.partition(";")[0].strip(_BLANKS) for part in text.replace("\\", "/").split("/"))
    return [part for part in parts if part]


def _without_dots(segments: list[str]) -> list[str]:
    """Remove dot segments (RFC 3986 section 5.2.4)."""
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return kept
