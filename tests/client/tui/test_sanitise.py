"""The filter for control characters."""

from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from client.tui.sanitise import ControlFilter
from tests.client.tui.evil import EVIL


@given(st.text())
def test_filter_lets_no_control_through(text: str) -> None:
    """Whatever a widget draws, nothing in it steers the terminal."""
    style = Style(bold=True)
    (segment,) = ControlFilter().apply([Segment(EVIL + text, style)], Color(0, 0, 0))
    assert not any(ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 or 0xD800 <= ord(sign) < 0xE000 for sign in segment.text)
    assert segment.style == style


def test_filter_leaves_ordinary_text_alone() -> None:
    """The usual segment is not even copied."""
    segment = Segment("plain ✓")
    assert ControlFilter().apply([segment], Color(0, 0, 0))[0] is segment
