"""Whatever is typed is a query or a mistake at a place, and what is offered parses."""

from hypothesis import given
from hypothesis import strategies as st

from client.deliveries.filter import KEYS, FilterError, Query, complete, parse
from tests.client.deliveries.filter.rows import delivery

PIECES = st.sampled_from(
    [
        *(f"{name}:" for name in KEYS),
        *'()|&-!"/\\,<>=.*?[] \t\n',
        ">=",
        "or",
        "and",
        "not",
        "5xx",
        "bad",
        "10k",
        "500ms",
    ]
)
TYPED = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join) | st.text(max_size=30)
ROW = delivery()


def parsed(text: str) -> Query | FilterError:
    """Give the query or the mistake."""
    try:
        return parse(text)
    except FilterError as error:
        return error


@given(TYPED)
def test_parse_of_anything(text: str) -> None:
    """A query that can be asked in both ways, or a mistake whose place is in the text."""
    made = parsed(text)
    if isinstance(made, FilterError):
        assert 0 <= made.position <= len(text)
        assert made.pointing().endswith(f"^\n{made.sentence}")
    else:
        condition, values = made.sql()
        assert condition.count("?") == len(values)
        assert made.matches(ROW) in (True, False)


@given(TYPED, st.integers(-5, 60))
def test_complete_of_anything(text: str, cursor: int) -> None:
    """Offers stand inside the text."""
    for offer in complete(text, cursor, {"type": ["call.ended", 'a"b']}):
        assert 0 <= offer.start <= offer.end <= len(text)
