"""The words and signs of all front ends."""

import time

import pytest
from rich.cells import cell_len

from client.views import AttemptState, SignatureState, Status
from client.wording import (
    ASCII,
    UNICODE,
    Signs,
    day_or_time,
    duration,
    kind,
    link,
    number,
    port,
    result,
    short_origin,
    signature,
    size,
    time_of_day,
)
from shared.errors import Failure


@pytest.mark.parametrize(
    ("state", "status", "failure", "healthy", "shown", "role"),
    [
        ("answered", 200, "", True, "✓ 200", "success"),
        ("answered", 201, "", False, "! 201", "warning"),
        ("answered", 302, "", True, "→ 302", "accent"),
        ("answered", 404, "", False, "! 404", "warning"),
        ("answered", 503, "", False, "✗ 503", "error"),
        ("failed", None, "origin-refused", False, "⊘ down", "error"),
        ("failed", None, "origin-timeout", False, "⊘ time", "error"),
        ("failed", 200, "origin-truncated", False, "⊘ cut", "error"),
        ("failed", None, "never-heard-of", False, "⊘ fail", "error"),
        ("interrupted", None, "", True, "⊘ stop", "error"),
        ("pending", None, "", True, "◌ …", "muted"),
    ],
)
def test_result_of_an_attempt(
    state: AttemptState, status: int | None, failure: str, *, healthy: bool, shown: str, role: str
) -> None:
    """Each way an attempt can end has its own sign and word."""
    phrase = result(state, status, failure, healthy=healthy)
    assert (str(phrase), phrase.role) == (shown, role)


@pytest.mark.parametrize("failure", list(Failure))
def test_result_fits_its_column(failure: Failure) -> None:
    """No failure's word is wider than the list's column."""
    assert cell_len(str(result("failed", None, failure))) <= 6


@pytest.mark.parametrize(
    ("state", "word"), [("valid", "ok"), ("invalid", "BAD"), ("unverifiable", "skip"), ("unconfigured", "none")]
)
def test_signature_word(state: SignatureState, word: str) -> None:
    """The four states of a signature are four different words."""
    assert signature(state).word == word


def test_signs_of_unicode_are_one_cell_wide() -> None:
    """A sign takes one cell, so that columns stay straight."""
    assert {cell_len(getattr(UNICODE, name)) for name in Signs.__dataclass_fields__} == {1}


def test_signs_of_ascii() -> None:
    """The other alphabet needs nothing beyond ASCII."""
    assert all(getattr(ASCII, name).isascii() for name in Signs.__dataclass_fields__)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0004, "0.4 ms"),
        (0.038, "38 ms"),
        (0.9996, "1.0 s"),
        (8.2, "8.2 s"),
        (59.96, "1 min"),
        (185, "3 min 5 s"),
        (7800, "2 h 10 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    """A duration is said in the unit that a person would use."""
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1412, "1.4 KB"),
        (999_600, "1.0 MB"),
        (5_000_000, "5.0 MB"),
        (3 * 10**12, "3000.0 GB"),
    ],
)
def test_size(count: int, text: str) -> None:
    """A size is said in the unit that a person would use."""
    assert size(count) == text


def test_number_has_its_thousands_apart() -> None:
    """Big counts can be read at a glance."""
    assert number(1204) == "1,204"


def test_time_of_day_is_local() -> None:
    """Times are those of the wall beside the developer."""
    at = time.mktime((2026, 11, 24, 14, 3, 22, 0, 0, -1)) + 0.417
    assert (time_of_day(at), time_of_day(at, fraction=True)) == ("14:03:22", "14:03:22.417")


@pytest.mark.parametrize(
    ("later_days", "short", "long"),
    [
        (0, "14:03:22", "14:03:22.417"),
        (9, "24 Nov", "24 Nov 14:03:22.417"),
        (370, "24 Nov 26", "24 Nov 26 14:03:22.417"),
    ],
)
def test_day_or_time_by_how_long_ago(later_days: int, short: str, long: str) -> None:
    """Today's time, this year's day, or the day with its year."""
    at = time.mktime((2026, 11, 24, 14, 3, 22, 0, 0, -1)) + 0.417
    now = at + later_days * 86_400
    assert (day_or_time(at, now), day_or_time(at, now, fraction=True)) == (short, long)


@pytest.mark.parametrize(
    ("status", "text", "role"),
    [
        (Status("1", "r", "online", round_trip_seconds=0.024), "● online 24 ms", "success"),
        (Status("1", "r", "online", round_trip_seconds=0.0004), "● online <1 ms", "success"),
        (Status("1", "r", "online"), "● online", "success"),
        (Status("1", "r", "connecting"), "◐ connecting", "warning"),
        (Status("1", "r", "reconnecting", retry_at=103.2), "◐ reconnecting 4 s", "warning"),
        (Status("1", "r", "reconnecting", retry_at=99), "◐ reconnecting", "warning"),
        (Status("1", "r", "offline"), "○ offline", "error"),
        (Status("1", "r", "refused"), "○ refused", "error"),
    ],
)
def test_link_state(status: Status, text: str, role: str) -> None:
    """The relay's state is a sign and a word, with the time to the next dial."""
    phrase = link(status, 100)
    assert (str(phrase), phrase.role) == (text, role)


@pytest.mark.parametrize(
    ("origin", "shown"),
    [("http://localhost:3000", "3000"), ("unix:/run/app", "unix:/run/app"), ("http://x:99999", "http://x:99999")],
)
def test_port_of_an_origin(origin: str, shown: str) -> None:
    """An app is called by its port, or by its whole address when it has none."""
    assert port(origin) == shown


def test_short_origin_leaves_out_what_goes_without_saying() -> None:
    """Plain HTTP is not mentioned, TLS is."""
    assert [short_origin(one) for one in ("http://localhost:3000/", "https://x")] == ["localhost:3000", "https://x"]


def test_kind_of_an_attempt() -> None:
    """What an attempt was is one word."""
    assert [kind("received"), kind("resigned")] == ["received", "re-signed"]
