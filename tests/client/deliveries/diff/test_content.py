"""Contents are compared in the form that says most."""

import hashlib

import pytest

from client.deliveries.diff.content import compare_content
from client.deliveries.diff.model import Change


def test_compare_content_of_json() -> None:
    """Paths, not lines."""
    assert compare_content(b'{"a":1,"b":2}', b'{ "b": 2, "a": 3 }') == ("json", [Change("changed", "a", "1", "3")], 1)


def test_compare_content_of_json_written_anew() -> None:
    """The same JSON in other bytes is said: a signature over them no longer fits."""
    form, (change,), same = compare_content(b'{"a":1,"b":2}', b'{"b":2,"a":1}')
    assert (
        form,
        change.kind,
        change.place,
        "a signature over the bytes no longer fits" in (change.after or ""),
        same,
    ) == (
        "json",
        "rewritten",
        "byte 2",
        True,
        2,
    )


def test_compare_content_of_text() -> None:
    """Line by line."""
    assert compare_content(b"a\nb\nc\n", b"a\nB\nc\nd\n") == (
        "text",
        [Change("changed", "line 2", "b\n", "B\n"), Change("added", "line 4", None, "d\n")],
        2,
    )


def test_compare_content_of_bytes() -> None:
    """Length, hash, and what stands at the first difference."""
    form, (hashes, place), _ = compare_content(b"\xff" * 10 + b"\x01", b"\xff" * 10)
    digest = hashlib.sha256(b"\xff" * 10 + b"\x01").hexdigest()
    assert (form, hashes.before, place) == (
        "bytes",
        f"11 bytes, sha256 {digest}",
        Change("changed", "byte 10", "01", "(the end)"),
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"[" * 100_000, b"[" * 99_999),
        (b"[" * 400 + b"1" + b"]" * 400, b"[" * 400 + b"2" + b"]" * 400),
        (b"x" * 5_000_000, b"x" * 4_999_999 + b"y"),
        (b"\n" * 300_000, b"a\n" * 300_000),
        ("\u2028\x00\x1b[2J".encode(), b""),
        (b'{"a":' + b"9" * 5_000 + b"}", b'{"a":1}'),
    ],
)
def test_compare_content_of_hostile_contents(before: bytes, after: bytes) -> None:
    """Deep, long, many-lined: some change is found, soon, and it is short."""
    _, changes, _ = compare_content(before, after)
    assert changes != []
    assert all(len(change.before or "") + len(change.after or "") < 1_000 for change in changes)


def test_compare_content_of_equal_contents() -> None:
    """No change."""
    assert compare_content(b"\xff", b"\xff") == ("bytes", [], 1)
