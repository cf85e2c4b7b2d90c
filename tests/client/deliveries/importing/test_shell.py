"""Lines are split as the shells split them."""

import shlex
import subprocess

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from client.deliveries.importing import RequestUnreadable
from client.deliveries.importing.shell import split_line, unescape


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb"\n\t\\\'", b"\n\t\\'"),
        (rb"\x41\101\u00e9\U0001F600", "AA\u00e9\U0001f600".encode()),
        (rb"\q", rb"\q"),
        (rb"\xff", b"\xff"),
    ],
)
def test_unescape(text: bytes, expected: bytes) -> None:
    """Sequences of `$'…'`; an unknown one stays."""
    assert unescape(text) == expected


@given(st.lists(st.text("ab '\"\\$`!#;|&\n\té*", min_size=1, max_size=6), min_size=1, max_size=4))
def test_split_line_reads_what_the_library_quotes(words: list[str]) -> None:
    """Python's own quoting comes back."""
    assert split_line(shlex.join(["curl", *words]).encode()) == ([b"curl", *(word.encode() for word in words)], None)


@settings(max_examples=40)
@given(st.text("ab '\"\\$\n-#0", max_size=12))
def test_split_line_agrees_with_bash(text: str) -> None:
    """Where a line is understood, bash understands the same."""
    try:
        words, _ = split_line(b"curl " + text.encode())
    except RequestUnreadable:
        assume(False)
    script = b"set -- curl " + text.encode() + b"\nprintf '%s\\0' \"$@\""
    done = subprocess.run(["bash"], input=script, capture_output=True, check=False, timeout=30)
    assert done.stdout.split(b"\0")[:-1] == words
