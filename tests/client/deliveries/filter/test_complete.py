"""Completion offers what the parser takes."""

import pytest

from client.deliveries.filter import KEYS, Candidate, complete, parse


def test_complete_key() -> None:
    """Keys that begin like this, with meaning and example."""
    assert complete("status:200 -pa", 14) == [
        Candidate("path:", "a part of path and query, or a pattern, as path:/webhooks/**", 12, 14)
    ]


def test_complete_value() -> None:
    """Values that the key knows, to replace what was typed of one."""
    assert complete("sig:ok,b", 8) == [Candidate("bad", "invalid", 7, 8)]


def test_complete_seen_value_is_written_so_that_it_parses() -> None:
    """A value with special characters is quoted."""
    offered = complete("type:", 5, {"type": ["a b", "charge.ok", 'x"y']})
    assert [one.text for one in offered][:3] == ['"a b"', "charge.ok", '"x\\"y"']


@pytest.mark.parametrize(("text", "cursor"), [('body:"us', 8), ("nokey:", 6), ("", 999)])
def test_complete_at_odd_places(text: str, cursor: int) -> None:
    """Inside quotes and behind unknown keys there is nothing to offer; at the beginning every key."""
    assert len(complete(text, cursor)) == (len(KEYS) if text == "" else 0)


def test_complete_offers_nothing_that_does_not_parse() -> None:
    """Every choice and every example of every key is a filter."""
    for key in KEYS.values():
        for choice in key.choices:
            parse(f"{key.name}:{choice.name}")
        for example in key.examples:
            parse(example)
