"""Which rows the list has."""

from client.tui.model.rows import Rows
from client.views import DeliverySummary
from tests.client.tui.fake import delivery


def row(seq: int) -> DeliverySummary:
    """Make a row."""
    return delivery(seq).summary


def seqs(rows: Rows) -> list[int]:
    """Give the numbers of all rows."""
    return [rows.seq(position) for position in range(len(rows))]


def test_rows_of_a_span_cost_no_fetch() -> None:
    """A hundred thousand numbers are there at once, the rows are not."""
    rows = Rows()
    rows.span(1, 100_000)
    assert (len(rows), rows.seq(0), rows.newest, rows.row(5)) == (100_000, 1, 100_000, None)


def test_rows_of_a_huge_span_begin_later() -> None:
    """What lies too far back is not listed."""
    rows = Rows()
    rows.span(1, 2_500_000)
    assert (len(rows), rows.seq(0)) == (2_000_000, 500_001)


def test_rows_take_new_and_changed_ones() -> None:
    """A new number is appended, a late one goes to its place, a known one changes its row."""
    rows = Rows()
    assert [rows.add(row(seq)) for seq in (1, 3, 2, 3)] == [True, True, True, False]
    assert seqs(rows) == [1, 2, 3]


def test_rows_correct_their_gaps() -> None:
    """A page shows which numbers between two others do not exist."""
    rows = Rows()
    rows.span(1, 10)
    rows.replace(3, 6, [row(4)])
    assert seqs(rows) == [1, 2, 4, 7, 8, 9, 10]
    assert rows.missing(0, 4) == (1, 7)


def test_rows_that_went_are_not_at_hand() -> None:
    """A row that a page no longer shows is forgotten."""
    rows = Rows()
    rows.add(row(1))
    rows.replace(1, 1, [])
    assert (len(rows), rows.by_seq(1), rows.newest, rows.nearest(1)) == (0, None, None, -1)


def test_rows_at_hand_are_bounded() -> None:
    """The rows that were not looked at for the longest time are fetched again when needed."""
    rows = Rows(kept=2)
    for seq in (1, 2, 3):
        rows.add(row(seq))
    assert rows.row(0) is None
    assert rows.missing(0, 3) == (1, 1)
    assert rows.missing(1, 3) is None


def test_rows_are_found_by_number() -> None:
    """A number gives its position, or the next one's."""
    rows = Rows()
    for seq in (2, 4, 6):
        rows.add(row(seq))
    assert [rows.position(4), rows.position(5), rows.nearest(5), rows.nearest(9)] == [1, None, 2, 2]


def test_rows_before_all_others() -> None:
    """Older rows are put in front."""
    rows = Rows()
    rows.add(row(5))
    rows.prepend([row(1), row(2)])
    assert seqs(rows) == [1, 2, 5]
