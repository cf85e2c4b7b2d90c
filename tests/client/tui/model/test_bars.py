"""The bars around the list."""

import msgspec
import pytest

from client.tui.model.bars import Key, follow_phrase, key_bar, origin_phrase, position_phrase, tiny_line, top_bar
from client.tui.model.follow import Follow
from client.tui.model.spans import text_of, width_of
from client.views import Counts, Status, TunnelStatus
from client.wording import UNICODE
from tests.client.tui.evil import EVIL
from tests.client.tui.fake import ONLINE

BUSY = msgspec.structs.replace(ONLINE, counts=Counts(received=1204, failed=24, bad_signatures=3))


def bar(status: Status, width: int, *, rate: float = 12.0) -> str:
    """Give the top bar's text."""
    line = top_bar(status, now=0, width=width, rate=rate, signs=UNICODE)
    assert width_of(line) == width
    return text_of(line).strip()


@pytest.mark.parametrize(
    ("width", "right"),
    [
        (120, "1,204 in · 24 failed · 3 bad sig · 12/s"),
        (106, "1,204 in · 24 failed · 3 bad sig"),
        (80, "1,204 in · 24 failed"),
        (66, "1,204 in"),
    ],
)
def test_top_bar_drops_from_the_right(width: int, right: str) -> None:
    """Rate, bad signatures and failures go; state, URL and app stay."""
    text = bar(BUSY, width)
    assert text.startswith("● online 24 ms  ")
    assert "ab12cd.relay.example.dev → " in text
    assert text.split("✓")[1].strip() == right


def test_top_bar_of_several_tunnels_and_a_closed_port() -> None:
    """The first tunnel is named, the others are counted; a closed port is said."""
    down = msgspec.structs.replace(ONLINE.tunnels[0], origin_state="refused", public_urls=())
    text = bar(msgspec.structs.replace(ONLINE, tunnels=(down, down)), 120, rate=0)
    assert text.startswith("● online 24 ms  ab12cd → localhost:3000 ⊘ down  +1")


def test_top_bar_without_a_tunnel() -> None:
    """Before the relay said anything only the state is known."""
    assert bar(Status("1", "r", "connecting"), 60, rate=0).split() == ["◐", "connecting", "0", "in"]


def test_top_bar_of_hostile_text() -> None:
    """An address cannot steer the terminal."""
    tunnel = TunnelStatus(name=EVIL, public_urls=(EVIL,), origin=EVIL)
    assert bar(msgspec.structs.replace(ONLINE, tunnels=(tunnel,)), 200).isprintable()


def test_follow_phrase_of_each_state() -> None:
    """Following, paused, and paused with something new to see."""
    follow = Follow()
    texts = [text_of(follow_phrase(follow, UNICODE))]
    follow.pause()
    texts.append(text_of(follow_phrase(follow, UNICODE)))
    follow.arrived(37)
    texts.append(text_of(follow_phrase(follow, UNICODE)))
    assert texts == ["▼ FOLLOW", "‖ PAUSED", "‖ PAUSED  +37 new  [G] newest"]


def test_position_phrase() -> None:
    """Where the selection is; nothing in an empty list."""
    assert [text_of(position_phrase(1166, 1204)), text_of(position_phrase(-1, 0))] == ["1,167 of 1,204", ""]


def test_key_bar_drops_what_does_not_fit() -> None:
    """The last keys go first; what is always shown stays."""
    left = [Key("r", "replay", "screen.replay"), Key("f", "follow", "screen.follow")]
    right = [Key("?", "keys", "app.keys")]
    assert text_of(key_bar(left, right, 40)) == " r replay  f follow              ? keys "
    assert text_of(key_bar(left, right, 22)) == " r replay      ? keys "
    assert text_of(key_bar(left, right, 8)).strip() == "? keys"
    assert [one.action for one in key_bar(left, right, 40) if one.text == "r"] == ["screen.replay"]


def test_tiny_line_says_state_and_counts() -> None:
    """Even a tiny terminal learns whether the relay is there."""
    assert text_of(tiny_line(BUSY, now=0, width=60, signs=UNICODE)) == (
        "● online 24 ms  1,204 in, 24 failed: make me larger"
    )


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        ("answering", "✓ answering"),
        ("unknown", "· not tried yet"),
        ("refused", "⊘ nothing is listening: is your app running on 3000?"),
    ],
)
def test_origin_phrase(state: str, shown: str) -> None:
    """Whether the app is there is said in words."""
    tunnel = msgspec.structs.replace(ONLINE.tunnels[0], origin_state=state)
    assert str(origin_phrase(tunnel, UNICODE)) == shown
