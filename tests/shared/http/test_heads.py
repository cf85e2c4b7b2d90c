"""Heads as values."""

import msgspec
import pytest

from shared.http import RequestHead, ResponseHead


def test_head_travels_byte_for_byte() -> None:
    """Obs-text, odd targets and repeated fields are the same on the other side."""
    head = RequestHead(b"post", b"/a//b/../c?%00&x=\xff", ((b"X-\xe9", b"\x80"), (b"x-\xe9", b"")), b"1.0", b"foo")
    answer = ResponseHead(299, b"\xffOdd", ((b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")))
    for value in (head, answer):
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=type(value)) == value


def test_head_may_grow_at_its_end() -> None:
    """A peer of another version says more or less, and is understood."""
    assert msgspec.convert([b"GET", b"/", []], RequestHead) == RequestHead(b"GET", b"/", ())
    assert msgspec.convert([b"GET", b"/", [], b"1.1", b"", "new"], RequestHead) == RequestHead(b"GET", b"/", ())


def test_head_is_not_changed_in_place() -> None:
    """Whoever rewrites makes another one."""
    with pytest.raises(AttributeError):
        RequestHead(b"GET", b"/", ()).method = b"PUT"  # type: ignore[misc]
