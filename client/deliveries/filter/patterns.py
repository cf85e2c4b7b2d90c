"""Regular expressions whose time grows with the text alone, whatever the pattern: RE2's, which never backtracks."""

from functools import lru_cache
from typing import Protocol

import re2  # type: ignore[import-untyped]

MOST_PATTERN_CHARACTERS = 500
MEMORY_BYTES = 256 * 1024
"""For the compiled program and its automaton; RE2 goes on slower, still linear, when the automaton does not fit."""
MOST_INSTRUCTIONS = 2_000
"""The time of a search is at worst the text's length times this; `x{1,1000}` alone has 2,003."""


class PatternRefused(ValueError):  # noqa: N818 - reads as the sentence it is
    """A pattern that RE2 does not accept; its text says why."""


class Pattern(Protocol):
    """A compiled pattern."""

    programsize: int

    def search(self, text: str | bytes) -> object | None:
        """Give a match, or None."""
        ...


@lru_cache(maxsize=64)
def compiled(pattern: str, *, ignore_case: bool) -> Pattern:
    """Compile a pattern of RE2's syntax; `.` matches a line end too, `^` and `$` the ends of the text.

    Raises:
        PatternRefused: it is broken, too long, or needs what RE2 leaves out (look-around, back-references).
    """
    if len(pattern) > MOST_PATTERN_CHARACTERS:
        raise PatternRefused(f"longer than {MOST_PATTERN_CHARACTERS} characters")
    options = re2.Options()
    options.max_mem = MEMORY_BYTES
    options.log_errors = False
    options.dot_nl = True
    options.case_sensitive = not ignore_case
    try:
        made: Pattern = re2.compile(pattern, options)
    except re2.error as error:
        why = error.args[0] if error.args else "not a regular expression"
        raise PatternRefused(why.decode(errors="replace") if isinstance(why, bytes) else str(why)) from None
    except UnicodeEncodeError:
        raise PatternRefused("not encodable as UTF-8") from None
    if made.programsize > MOST_INSTRUCTIONS:
        raise PatternRefused("its repetitions make it too large")
    return made


def found(pattern: str, text: str | bytes, *, ignore_case: bool) -> bool:
    """Say whether the pattern is found in a text; octets are read as UTF-8, those that are none match no literal."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return compiled(pattern, ignore_case=ignore_case).search(data) is not None
