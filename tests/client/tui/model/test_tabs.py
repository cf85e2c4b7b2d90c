"""The detail's tabs."""

import msgspec
import pytest

from client.tui.model.spans import text_of
from client.tui.model.tabs import tab_lines, tabs
from client.views import SignatureView
from client.wording import UNICODE
from tests.client.tui.fake import delivery

DETAIL = delivery(status=500, signature=SignatureView("invalid"))


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (80, "1 Request  2 Response ✗  3 Signature ✗  4 Attempts  5 Raw"),
        (56, "1 Request  2 Response ✗  3 Sig ✗  4 Tries  5 Raw"),
        (40, "1  2 Response ✗  3 ✗  4  5"),
    ],
)
def test_tabs_by_width(width: int, shown: str) -> None:
    """Names give way, signs do not; the line stands under the active one."""
    names, under = tab_lines(tabs(DETAIL, DETAIL.attempts[0], UNICODE), 1, width)
    assert text_of(names).strip() == shown
    assert text_of(under).index("━") == text_of(names).index("2")
    assert text_of(under).count("━") == len("2 Response ✗")


@pytest.mark.parametrize("width", range(30, 90))
def test_tabs_keep_their_names_from_row_to_row(width: int) -> None:
    """At one width the names are the same whatever marks stand behind them."""
    twelve = msgspec.structs.replace(DETAIL, attempts=DETAIL.attempts * 12)
    plain, marked = (
        text_of(tab_lines(tabs(one, one.attempts[0], UNICODE), 0, width)[0])
        for one in (delivery(signature=SignatureView("unconfigured")), twelve)
    )
    assert plain.split() == [word for word in marked.split() if word not in ("✗", "12")]


def test_tabs_of_nothing_and_of_a_good_delivery() -> None:
    """Without a delivery there is no mark; a good one has a valid signature, and its attempts are counted."""
    good = delivery()
    twice = msgspec.structs.replace(good, attempts=good.attempts * 2)
    assert [tab.mark for tab in tabs(None, None, UNICODE)] == [""] * 5
    assert [tab.mark for tab in tabs(twice, twice.attempts[0], UNICODE)] == ["", "", "✓", "2", ""]
