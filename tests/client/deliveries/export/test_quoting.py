"""Words that no shell reads as anything else."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from client.deliveries.export.quoting import plain, printed, quoted, word
from client.deliveries.importing.shell import split_line


@pytest.mark.parametrize(
    ("text", "expected"),
    [("abc", "abc"), ("", "''"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("$x", "'$x'"), ("~", "'~'")],
)
def test_quoted(text: str, expected: str) -> None:
    """Plain words stay plain."""
    assert quoted(text) == expected


@pytest.mark.parametrize("data", [b"\t", b"\xff", b"\x1b", b"a\n!", "\u202e".encode(), b"x" * 33_000])
def test_plain_refuses(data: bytes) -> None:
    """What could steer a terminal or a shell's line editor is not plain."""
    assert plain(data) is None


@given(st.binary(max_size=40))
def test_printed_is_read_back(data: bytes) -> None:
    """The importer reads what is written."""
    words, piped = split_line(printed(data).encode() + b" | curl")
    assert (words, piped) == ([b"curl"], data)


@pytest.mark.parametrize("shell", ["sh", "bash"])
@settings(max_examples=15)
@given(data=st.binary(max_size=200))
def test_printed_prints_the_bytes(shell: str, data: bytes) -> None:
    """In each shell."""
    done = subprocess.run([shell], input=printed(data).encode(), capture_output=True, check=True, timeout=30)
    assert done.stdout == data


@pytest.mark.parametrize("shell", ["sh", "bash"])
@settings(max_examples=15)
@given(data=st.binary(max_size=60).map(lambda data: data.replace(b"\0", b"") + b"."))
def test_word_is_one_argument(shell: str, data: bytes) -> None:
    """Whatever is in it."""
    script = f"printf %s {word(data)}".encode()
    done = subprocess.run([shell], input=script, capture_output=True, check=True, timeout=30)
    assert done.stdout == data
