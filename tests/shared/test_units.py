"""Durations, sizes and counts as people write them."""

import pytest

from shared.units import Count, UnitError, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30s", 30),
        ("500ms", 0.5),
        ("5m", 300),
        ("1h30m", 5400),
        (" 2d ", 172800),
        ("1.5h", 5400),
        ("0", 0),
        ("1w", 604800),
    ],
)
def test_duration_as_written(text: str, seconds: float) -> None:
    """A duration is the sum of its parts, in seconds."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "30", "s", "-3s", "3 s", "3x", "1e3s", "3s!", "٣s", "9" * 400 + "s"])
def test_duration_refused(text: str) -> None:
    """What is no duration is refused with an example of one."""
    with pytest.raises(UnitError, match="such as 30s"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("512", 512),
        ("64KiB", 65536),
        ("64 kib", 65536),
        ("10MB", 10_000_000),
        ("1.5GiB", 1610612736),
        ("1k", 1024),
        ("7b", 7),
    ],
)
def test_size_as_written(text: str, count: int) -> None:
    """A size is a whole number of bytes; B, KiB and KB are told apart."""
    assert parse_size(text) == count


@pytest.mark.parametrize("text", ["", "KiB", "-1", "1 TiB", "1xb", "1,5k"])
def test_size_refused(text: str) -> None:
    """What is no size is refused with an example of one."""
    with pytest.raises(UnitError, match="such as 64KiB"):
        parse_size(text)


def test_count_as_written() -> None:
    """A count is a whole number of at least one."""
    assert (Count.parse("1"), Count.parse(" 20000 ")) == (1, 20_000)


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "1e3", "many", "٣", "9" * 400])
def test_count_refused(text: str) -> None:
    """What is no count is refused with an example of one."""
    with pytest.raises(UnitError, match="such as 1000"):
        Count.parse(text)
