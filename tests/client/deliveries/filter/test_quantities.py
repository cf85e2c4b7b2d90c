"""Durations, sizes and moments as people write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from client.deliveries.filter.quantities import BadQuantity, moment, seconds, size

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(("text", "value"), [("500ms", 0.5), ("1h30m", 5400), ("2D", 172_800), ("0", 0)])
def test_seconds(text: str, value: float) -> None:
    """With a unit, several of them, in either case."""
    assert seconds(text) == value


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("10k", 10_240), ("1.5MB", 1_500_000), ("2MiB", 2_097_152)])
def test_size(text: str, value: float) -> None:
    """Bytes, or a unit."""
    assert size(text) == value


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("14:00", datetime(2026, 11, 24, 14, tzinfo=UTC)),
        ("15:00:01", datetime(2026, 11, 23, 15, 0, 1, tzinfo=UTC)),
        ("TODAY", datetime(2026, 11, 24, tzinfo=UTC)),
        ("yesterday", datetime(2026, 11, 23, tzinfo=UTC)),
        ("1h30m", datetime(2026, 11, 24, 13, 30, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T10:00+02:00", datetime(2026, 11, 1, 8, tzinfo=UTC)),
    ],
)
def test_moment(text: str, at: datetime) -> None:
    """A clock time is the last time it was that; a zone counts where it is given."""
    assert moment(text, NOW) == at.timestamp()


def test_moment_in_the_zone_of_now() -> None:
    """A date begins where the user is."""
    here = NOW.astimezone(timezone(timedelta(hours=2)))
    assert moment("2026-11-24", here) == datetime(2026, 11, 23, 22, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", ["", "soon", "25:00", "12:60", "2026-13-01", "9999999-01-01", "1x", "\u0663:00"])
def test_moment_refuses(text: str) -> None:
    """Nothing else is a time."""
    with pytest.raises(BadQuantity):
        moment(text, NOW)
