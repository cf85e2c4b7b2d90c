"""Hostile contents fail no search."""

import pytest

from client.deliveries.filter.scans import content_holds
from client.deliveries.filter.tree import ContentTest, JsonTest, LiteralTest, NumberTest, TextTest


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"9" * 100_000 + b"}",
        b'{"a":1e999}',
        b'{"a":"\\ud800"}',
        b'{"a":\x00}',
        b'{"a',
    ],
)
def test_json_test_of_hostile_content_is_false(content: bytes) -> None:
    """What is no JSON, or too deep, or too long a number, has no such value and raises nothing."""
    assert not content_holds(JsonTest(("a", "b"), NumberTest(">", 1)), content)


def test_json_test_of_duplicate_member_reads_the_last() -> None:
    """As most readers of JSON do."""
    assert content_holds(JsonTest(("a",), NumberTest("=", 2)), b'{"a":1,"a":2}')


def test_json_test_finds_an_escaped_name() -> None:
    r"""A member may be spelt with `\u`."""
    assert content_holds(JsonTest(("amount",), LiteralTest(None)), b'{"\\u0061mount":null}')


def test_text_test_looks_at_the_beginning_of_a_long_content() -> None:
    """Eight MiB are searched."""
    content = b"x" * (8 * 1024**2) + b"needle"
    assert not content_holds(ContentTest(TextTest("needle")), content)


def test_text_test_ignores_ascii_case() -> None:
    """`usd` finds `USD`."""
    assert content_holds(ContentTest(TextTest("uSd")), b"\x00 USD")
