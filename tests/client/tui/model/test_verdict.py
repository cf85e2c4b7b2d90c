"""The signature panel."""

import msgspec
import pytest

from client.tui.model.spans import text_of, width_of
from client.tui.model.verdict import verdict_lines
from client.views import SignatureState, SignatureView
from client.wording import UNICODE
from tests.client.tui.evil import EVIL_VERDICT
from tests.client.tui.fake import delivery
from tests.client.tui.seeded import FORGED


def panel(verdict: SignatureView, *, width: int = 80, status: int = 200) -> list[str]:
    """Give the panel's lines."""
    attempt = delivery(signature=verdict, status=status).attempts[0]
    return [text_of(line).rstrip() for line in verdict_lines(attempt, width=width, signs=UNICODE)]


def test_panel_of_a_forged_delivery() -> None:
    """Verdict, sentence, what was checked, what to do, what it cannot be."""
    lines = panel(FORGED)
    assert lines[0] == "✗ SIGNATURE DOES NOT MATCH" + " " * 25 + "talkifai · signature_mismatch"
    assert "This is evidence, not proof." in lines
    assert "  secret    env:TALKIFAI_SECRET" in lines
    assert [lines.index(title) for title in ("What was checked", "What to do", "Ruled out")] == [6, 12, 16]


def test_panel_puts_causes_in_columns_where_there_is_room() -> None:
    """Ruled-out causes stand two a line, or one where it is narrow."""
    wide, narrow = panel(FORGED, width=100)[-2:], panel(FORGED, width=40)[-4:]
    assert [line.count("·") for line in (*wide, *narrow)] == [2, 2, 1, 1, 1, 1]


def test_panel_cuts_no_cause() -> None:
    """A ruled-out cause, or a reason, that is longer than a line goes on below it."""
    long = msgspec.structs.replace(FORGED, reason="a_reason " * 9, ruled_out=("some cause " * 6, "other"))
    lines = panel(long, width=40)
    assert lines[1:4] == [
        "  talkifai · a_reason a_reason a_reason",
        "  a_reason a_reason a_reason a_reason",
        "  a_reason a_reason",
    ]
    assert lines[-3:] == ["  · some cause some cause some cause", "    some cause some cause some cause", "  · other"]


def test_panel_while_the_cause_is_looked_for() -> None:
    """What is still being found out is said, and not that it is no proof."""
    lines = panel(msgspec.structs.replace(FORGED, searching=True))
    assert "◌ The cause is being looked for." in lines
    assert "This is evidence, not proof." not in lines


def test_panel_keeps_headline_and_reason_apart_when_narrow() -> None:
    """The headline is never cut for the reason's sake."""
    assert panel(FORGED, width=40)[:2] == ["✗ SIGNATURE DOES NOT MATCH", "  talkifai · signature_mismatch"]


@pytest.mark.parametrize(
    ("state", "headline"),
    [
        ("valid", "✓ SIGNATURE VALID"),
        ("invalid", "✗ SIGNATURE NOT VALID"),
        ("unverifiable", "! SIGNATURE NOT VERIFIED"),
        ("unconfigured", "· NO SIGNATURE IS CHECKED HERE"),
    ],
)
def test_panel_tells_states_apart(state: SignatureState, headline: str) -> None:
    """The four states have four headlines."""
    assert panel(SignatureView(state=state))[0].rstrip() == headline


def test_panel_without_a_check_says_how_to_get_one() -> None:
    """What is not configured comes with the option that configures it."""
    assert "--verify SCHEME" in " ".join(panel(SignatureView(state="unconfigured")))


def test_panel_blames_the_app() -> None:
    """Valid here and refused there: whose fault it is stands beside the verdict."""
    blamed = msgspec.structs.replace(delivery(status=403).attempts[0], blame="your app refused it")
    assert "your app refused it" in [text_of(line) for line in verdict_lines(blamed, width=80, signs=UNICODE)]


def test_panel_of_hostile_text() -> None:
    """Nothing in a verdict steers the terminal or leaves its width."""
    attempt = msgspec.structs.replace(delivery().attempts[0], signature=EVIL_VERDICT)
    for width in (30, 100):
        lines = verdict_lines(attempt, width=width, signs=UNICODE)
        assert all(text_of(line).isprintable() for line in lines)
        assert max(map(width_of, lines)) <= width
