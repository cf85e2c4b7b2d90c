"""Regular expressions are bounded."""

import time

import pytest

from client.deliveries.filter.patterns import PatternRefused, compiled, found


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("(a+)+$", "a" * 50_000 + "b"),
        ("(a|a)*$", "a" * 50_000 + "b"),
        ("(.*)*(.*)*x", "y" * 50_000),
        ("^(([a-z])+.)+[A-Z]", "a" * 50_000),
    ],
)
def test_found_takes_time_in_proportion_to_the_text(pattern: str, text: str) -> None:
    """Patterns that keep a backtracking engine busy for years are over at once: 10 s leaves room for a slow machine."""
    began = time.monotonic()
    found(pattern, text, ignore_case=False)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("pattern", ["(", "a" * 501, r"(a)\1", "(?=a)", "x{1,1000}{1,1000}", "\udc80"])
def test_compiled_refuses_with_a_reason(pattern: str) -> None:
    """What RE2 does not take is refused in one way."""
    with pytest.raises(PatternRefused) as caught:
        compiled(pattern, ignore_case=False)
    assert str(caught.value) != ""


def test_compiled_refuses_what_needs_too_much_memory() -> None:
    """A short pattern cannot compile to a large program."""
    with pytest.raises(PatternRefused):
        compiled("x{1,1000}" * 50, ignore_case=False)


def test_found_reads_octets() -> None:
    """Content need not be UTF-8."""
    assert found("b.*d", b"a\xff\x00b\ncd", ignore_case=False)
